#!/usr/bin/env python3
"""Makes a saved data directory: python3 tests/saved/make.py PROGRAM FOLDER

Drives the service PROGRAM (a `wattledger` of the version to be saved) through two months with libfaketime, over HTTP only, and writes into
FOLDER the files of the data directory and the spool of a run that found no service, each compressed with gzip, and figures.json.gz: the
answers that every later version must give.
Needs python3, libfaketime (`apt-get install faketime`) and, for the recorded reviews, tests/it/kubernetes/recorded.
"""
import atexit, gzip, json, os, pathlib, shutil, signal, subprocess, sys, tempfile, time, urllib.error, urllib.request
from datetime import datetime, timedelta, timezone

PROGRAM, FOLDER = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
REVIEWS = pathlib.Path(__file__).resolve().parent.parent / "it" / "kubernetes" / "recorded"
LIBRARY = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
CONFIG = "log_level = \"warn\"\n[ledger]\nclose_every_s = 1\ngrace_s = 60\n"
KWH = 3_600_000_000
work = pathlib.Path(tempfile.mkdtemp())
data = work / "data"
tokens, repeated = {}, []


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def ns(moment):
    return int(moment.timestamp()) * 1_000_000_000


class Service:
    """The service at a moment of the past, which goes on from there."""

    def __init__(self, moment, folder=data):
        (work / "service.toml").write_text(CONFIG)
        environment = {**os.environ, "LD_PRELOAD": str(LIBRARY), "FAKETIME": moment.strftime("@%Y-%m-%d %H:%M:%S"), "TZ": "UTC",
                       "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        command = [PROGRAM, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--config", work / "service.toml"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(work / "log", "a"), text=True, env=environment)
        atexit.register(self.process.kill)
        for line in self.process.stdout:
            name, _, value = line.strip().partition(": ")
            if name == "admin token":
                tokens["admin"] = value
            if line.startswith("listening on "):
                self.server = line.split()[-1]
                return
        sys.exit((work / "log").read_text())

    def send(self, method, path, body=None, token="admin", media="application/json"):
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + tokens[token], "Content-Type": media}
        request = urllib.request.Request(self.server + path, content, headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=30).read()
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
        return json.loads(answer) if answer else None

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body, **further):
        return self.send("POST", path, body, **further)

    def until(self, holds):
        for _ in range(300):
            if holds():
                return
            time.sleep(0.1)
        sys.exit("waited half a minute for the service")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(30) != 0:
            sys.exit((work / "log").read_text())


def device(node, index, **further):
    return {"uuid": f"GPU-{node}-{index}", "name": "NVIDIA H100 80GB HBM3", "index": index, "kind": "accelerator",
            "sensor": "counter", "limit_mw": 700_000, "systematic_ppm": 50_000, "driver_epoch": 1, **further}


def window(uuid, start, seconds, watts, covered=None, **further):
    energy = watts * 1000 * seconds
    return {"device": uuid, "start_ns": start, "end_ns": start + seconds * 10**9, "energy_mj": energy, "method": "counter",
            "quality": "counter", "covered_ns": (seconds if covered is None else covered) * 10**9,
            "power_min_mw": watts * 900, "power_peak_mw": watts * 1100, "readings": seconds,
            "integration_uncertainty_mj": energy // 1000, "sensor_systematic_mj": energy // 20, **further}


def batch(node, sequence, begin, jobs, minutes=6, boot="0" * 31 + "1", watts=400, **further):
    """Six minutes of two GPUs and the host of `node`: GPU 0 is held by the first job, GPU 1 by the second, the third of a MIG half."""
    start, names = ns(begin), [job["id"] for job in jobs]
    gpus = [device(node, 0), device(node, 1)]
    host = {**device(node, 0), "uuid": f"rapl:{node}", "name": "package-0", "kind": "host", "limit_mw": 350_000}
    half = device(node, 7, uuid=f"MIG-{node}-1", name="MIG 3g.40gb", counted_in=f"GPU-{node}-1")
    windows = []
    for minute in range(minutes):
        from_ns = start + minute * 60 * 10**9
        windows += [window(gpus[0]["uuid"], from_ns, 60, watts + 10 * minute),
                    window(gpus[1]["uuid"], from_ns, 60, watts // 2 + 7 * minute, covered=45 if minute == 2 else 60),
                    window(host["uuid"], from_ns, 60, 150)]
        if len(names) > 2:
            windows.append(window(half["uuid"], from_ns, 60, watts // 4, method="trapezoid", quality="integrated"))
    held = [gpus[0]["uuid"], gpus[1]["uuid"], half["uuid"]]
    holdings = [{"device": uuid, "job": name, "weight": 1, "start_ns": start, "end_ns": None} for uuid, name in zip(held, names)]
    wall = start + minutes * 60 * 10**9
    return {"version": 1, "agent": node, "boot": boot, "sequence": sequence,
            "node": {"name": node, "software": "wattledger-agent 0.1.0", "machine_id": "ab" * 16,
                     "host_boot": "3c8a6f0e-5b1d-4e27-9f43-7a2b8c9d0e1f"},
            "clock": {"wall_ns": wall, "monotonic_ns": wall - ns(at("2026-10-01"))},
            "devices": gpus + [host] + ([half] if len(names) > 2 else []), "windows": windows, "holdings": holdings,
            "jobs": jobs, "gaps": [], **further}


def job(name, project=None, started=None, **labels):
    return {"id": name, "name": name.split(".")[0], "labels": labels, "attempt": 1,
            "started_ns": ns(started or at("2026-10-05 08:00")), **({"project": project} if project else {})}


def demand(key, project, hours, **further):
    return {"key": key, "project": project, "accelerator": "H100", "count": 2, "hours": hours, "power_w": 500,
            "intensity": 350, **further}


def first_days(service):
    """Sites, nodes, tokens, factors and budgets; the first batches; admissions of every fate."""
    post = service.post
    for project in ["atlas", "hera", "unused"]:
        post("/api/v1/projects", {"name": project})
    post("/api/v1/sites", {"name": "fra", "zone": "DE", "pue": 1.25})
    post("/api/v1/sites", {"name": "lyon", "zone": "FR", "pue": 1.1, "posting_period_minutes": 15})
    post("/api/v1/sites/fra/price", {"per_mwh": 90, "currency": "EUR", "since": "2026-10-01"})
    post("/api/v1/sites/fra/idle-owner", {"owner": "hera"})
    for node, site in [("n1", "fra"), ("n2", "fra"), ("n3", "lyon")]:
        post(f"/api/v1/nodes/{node}/site", {"site": site, "since": "2026-10-01"})
    for name, scopes, project in [("reader", ["read"], None), ("atlas only", ["read", "admit"], "atlas"), ("node", ["ingest"], None),
                                  ("lost", ["admin"], None)]:
        made = post("/api/v1/tokens", {"name": name, "scopes": scopes, "project": project})
        tokens[name], last = made["token"], made["id"]
    service.send("DELETE", f"/api/v1/tokens/{last}")
    rows = "\n".join(f"2026-10-05T{hour:02}:00Z,{300 + 10 * hour}" for hour in range(24))
    described = "zone=DE&publisher=TSO&edition=first&licence=CC0&basis=lifecycle&gas=CO2e&accounting=production&status=measured"
    post(f"/api/v1/grid/factors?{described}", f"datetime_utc,g_per_kwh\n{rows}\n".encode(), media="text/csv")
    budgets(service)
    trained = [job("train.1", "atlas", user="ada", team="vision"), job("train.2", "hera", user="bob"), job("slice.3", "atlas", user="cyd")]
    for number in range(4):
        post("/api/v1/batches", batch("n1", number + 1, at("2026-10-05 08:00") + timedelta(minutes=6 * number), trained), token="node")
    gap = {"device": "rapl:n2", "start_ns": ns(at("2026-10-05 08:01")), "end_ns": ns(at("2026-10-05 08:02")), "reason": "unread"}
    shared = [job("nobody.4"), job("train.2", "hera", user="bob")]
    post("/api/v1/batches", batch("n2", 1, at("2026-10-05 08:00"), shared, gaps=[gap]))
    post("/api/v1/batches", batch("n3", 1, at("2026-10-05 08:00"), [job("train.1", "atlas", user="ada", team="vision")]))
    post("/api/v1/jobs/train.1/steps", {"steps": 7000, "samples": 224000})
    post("/api/v1/jobs/train.2/finish", {"exit_status": 137, "to": "2026-10-05T08:24:00Z"})
    post("/api/v1/jobs", {"job": "said.5", "project": "hera", "name": "said", "labels": {"user": "bob"},
                          "from": "2026-10-05T08:00:00Z", "to": "2026-10-05T08:06:00Z", "devices": [{"uuid": "GPU-n2-0", "node": "n2"}]})


def budgets(service):
    post = service.post
    fixed = {"period": "fixed", "from": "2026-10-01", "to": "2127-01-01", "time_zone": "Europe/Berlin"}
    make = lambda **policy: post("/api/v1/budgets", {**fixed, **policy})["id"]
    policy = {"name": "atlas", "scope": "project", "project": "atlas", "unit": "energy", "mode": "block", "outage": "closed",
              "thresholds": [40, 90], "stop_after_s": 60, "default_hours": 2}
    atlas = make(**policy, limit_mj=30 * KWH)
    make(name="hera", scope="project", project="hera", unit="co2e", limit_ug=500_000_000, mode="warn")
    make(name="vision", scope="label", label="team=vision", unit="energy", limit_mj=KWH // 2, mode="observe")
    make(name="bob", scope="user", user="bob", unit="energy", limit_mj=8 * KWH, mode="block")
    make(name="fra", scope="site", site="fra", unit="energy", limit_mj=1000 * KWH, mode="block")
    calendar = {"scope": "all", "from": None, "to": None}
    make(name="all", unit="co2e", limit_ug=9_000_000_000, mode="block", period="year", roll_over="unused", **calendar)
    old = make(name="old", unit="energy", limit_mj=KWH, mode="observe", period="month", roll_over="all", **calendar)
    service.send("DELETE", f"/api/v1/budgets/{old}")
    post(f"/api/v1/budgets/{atlas}/revise", {"policy": {**fixed, **policy, "limit_mj": 40 * KWH}, "reason": "the second half of the grant"})
    admit = lambda key, project, hours, **further: post("/api/v1/admissions", demand(key, project, hours, **further))
    admit("train.1", "atlas", 1, labels={"team": "vision"}, user="ada", name="train")
    admit("train.2", "hera", 2, labels={"user": "bob"}, user="bob", name="train")
    committed, released = admit("measured", "atlas", 3), admit("cancelled", "atlas", 2)
    post(f"/api/v1/admissions/{committed['id']}/commit", {"energy_mj": 2 * KWH})
    service.send("DELETE", f"/api/v1/admissions/{released['id']}")
    admit("never-created", "atlas", 1, site="fra")
    admit("dry", "hera", 1, dry_run=True)
    admit("warned", "hera", 4, user="bob", site="fra")
    refused = [admit(f"too-big.{number}", "hera", 40, user="bob") for number in range(3)]
    asked = [post(f"/api/v1/admissions/{one['id']}/requests", {"name": "bob", "reason": "a deadline"}) for one in refused]
    until = {"name": "ada", "reason": "agreed", "expires": "2026-10-20T00:00:00Z"}
    post(f"/api/v1/requests/{asked[0]['id']}/approve", until)
    admit("too-big.0", "hera", 40, user="bob")
    post(f"/api/v1/requests/{asked[1]['id']}/refuse", {"name": "ada", "reason": "not this month"})
    post("/api/v1/budgets/1/overrides", {"name": "ada", "reason": "the week of the paper", "expires": "2026-10-12T00:00:00Z"})
    admit("over", "atlas", 90)


def weeks_later(service):
    """What was held and never metered has expired; a period is closed, late data comes, and is restated; holds that stay."""
    post = service.post
    late = [job("train.1", "atlas", user="ada", team="vision")]
    post("/api/v1/batches", batch("n1", 5, at("2026-10-05 08:24"), late, watts=600), token="node")
    service.until(lambda: len(service.get("/api/v1/ledger/entries?limit=1000")["items"]) > 10)
    period = post("/api/v1/periods", {"from": "2026-10-01", "to": "2026-11-01", "name": "October"})["id"]
    last = [job("train.6", "hera", at("2026-10-31 23:57"), user="bob")]
    post("/api/v1/batches", batch("n2", 2, at("2026-10-31 23:57"), last, boot="0" * 31 + "2"))
    post("/api/v1/sites/fra/pue", {"pue": 1.3, "since": "2026-10-15"})
    post("/api/v1/sites/lyon/zone", {"zone": "BE", "since": "2026-10-01"})
    post("/api/v1/nodes/n3/site", {"site": "fra", "since": "2026-10-05T08:03:00Z"})
    entries = lambda: len(service.get("/api/v1/ledger/entries?limit=1000&from=2026-10-31&to=2026-11-02")["items"])
    service.until(lambda: entries() > 0)
    post("/api/v1/ledger/restate", {"from": "2026-10-01", "to": "2026-11-02", "reason": "PUE and zone as audited"})
    post(f"/api/v1/periods/{period}/restate", {"reason": "n2 delivered late"})
    for review in sorted(REVIEWS.glob("*.json"))[:4]:
        post("/api/v1/admission/kubernetes", review.read_bytes())
    # Held for 91 years, so that every test of this directory finds them held.
    for watts, key in [(0.001, "stays"), (0.002, "stays-too")]:
        asked = demand(key, "atlas", 800_000, power_w=watts, labels={"team": "vision"}, user="bob", site="fra")
        repeated.append({"asked": asked, "answered": post("/api/v1/admissions", asked)})
    post("/api/v1/budgets/3/overrides", {"name": "bob", "reason": "for a long time", "expires": "2127-01-01T00:00:00Z"})


FIGURES = [
    "/api/v1/reports/emissions?period=1", "/api/v1/reports/emissions?period=1.1", "/api/v1/periods",
    "/api/v1/periods/1", "/api/v1/projects", "/api/v1/sites", "/api/v1/nodes", "/api/v1/devices", "/api/v1/jobs",
    "/api/v1/jobs/totals", "/api/v1/jobs/train.1", "/api/v1/jobs/train.2", "/api/v1/jobs/said.5",
    "/api/v1/jobs/compare?id=train.1&id=train.2", "/api/v1/gaps", "/api/v1/tokens",
    *(f"/api/v1/budgets/{number}" for number in range(1, 8)), "/api/v1/admissions?limit=100", "/api/v1/admissions/1",
    "/api/v1/admissions/2", "/api/v1/requests", "/api/v1/estimates/accuracy", "/api/v1/ledger/actions?limit=500",
    "/api/v1/ledger/entries?limit=1000", "/api/v1/ledger/entries/1/explain", "/api/v1/ledger/entries/5/explain",
    "/api/v1/jobs/train.1/series?from=2026-10-05T08:00:00Z&to=2026-10-05T08:30:00Z&points=30",
    "/api/v1/power?from=2026-10-05T08:00:00Z&to=2026-10-05T08:30:00Z&points=10&group_by=project",
    "/api/v1/grid/intensity?zone=DE&at=2026-10-05T08:30:00Z",
]
FIGURES += [f"/api/v1/reports/emissions?from=2026-10-01&to=2026-11-02&group_by={by}"
            for by in ["project", "job", "node", "site", "month", "day", "label:user"]]


def answers_at(moment):
    """What a copy of the directory answers at `moment`."""
    copy = work / "copy"
    shutil.copytree(data, copy)
    service = Service(at(moment), copy)
    time.sleep(3)
    answers = {path: service.get(path) for path in FIGURES}
    service.stop()
    shutil.rmtree(copy)
    return answers


# Sentences that are made when they are asked for, and may be worded anew.
PROSE = {"warning", "notes", "fallback"}


def common(one, other):
    """What both answers say. What depends on the day of asking is left out, so that a test may run on any day."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: common(one[key], other[key]) for key in one
                if key in other and key not in PROSE and common(one[key], other[key]) != "differs"}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [common(left, right) for left, right in zip(one, other)]
    return one if one == other else "differs"


def run():
    """A run of twelve seconds that found no service: what is kept of it, and its energy."""
    nothing = {name: "/nonexistent" for name in ["WATTLEDGER_METERING_FILE", "WATTLEDGER_POWERCAP", "WATTLEDGER_NVML_LIB"]}
    environment = {"PATH": os.environ["PATH"], "WATTLEDGER_TOKEN": "wl_none", **nothing}
    command = [PROGRAM, "run", "--server", "http://127.0.0.1:9", "--source", "synthetic:gpus=2,watts=300", "--spool", work / "spool",
               "--project", "atlas", "--name", "saved", "--label", "user=ada", "--json", work / "run.json", "--", "sleep", "12"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    spool, = (work / "spool").glob("run-*.sqlite")
    return spool, json.loads((work / "run.json").read_text())["energy_mj"]


def main():
    undelivered = run()
    service = Service(at("2026-10-05 12:00:00"))
    first_days(service)
    service.until(lambda: len(service.get("/api/v1/ledger/entries?limit=1000")["items"]) > 8)
    service.stop()
    service = Service(at("2026-11-10 09:00:00"))
    weeks_later(service)
    time.sleep(5)
    service.stop()
    figures = common(answers_at("2026-11-20 09:00:00"), answers_at("2028-08-15 09:00:00"))
    verified = subprocess.run([PROGRAM, "verify", "--data", data], capture_output=True, text=True)
    print(verified.stdout, verified.stderr)
    FOLDER.mkdir(parents=True, exist_ok=True)
    spool, energy_mj = undelivered
    for path in [spool] + sorted(path for path in data.iterdir() if path.name != "lock"):
        (FOLDER / (path.name + ".gz")).write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    saved = {"undelivered": {"job": spool.stem, "energy_mj": energy_mj}, "verified": verified.stdout, "token": tokens["admin"],
             "answers": figures, "repeated": repeated}
    (FOLDER / "figures.json.gz").write_bytes(gzip.compress((json.dumps(saved, indent=1) + "\n").encode(), 9, mtime=0))
    shutil.rmtree(work)


main()
