"""Asks a running Prometheus what it has: judge.py http://HOST:PORT ready|judge|received [JOULES]"""

import json
import re
import sys
import urllib.parse
import urllib.request

# A metric, by its name or that of a recorded sum, with its matchers.
SELECTOR = re.compile(r"(?:[\w:]*\bwattledger[\w:]*|\bup)\b(?:\{[^}]*\})?")
# A service that works has none of these.
# Only a service that copies, tells or asks for something has these.
IF_CONFIGURED = re.compile(r"wattledger_(?:alerts_total|mirror_|export_|provider_)")
NONE_YET = {'wattledger_requests_total{status="503"}': "wattledger_requests_total"}


def get(path, **arguments):
    url = f"{sys.argv[1]}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def query(text):
    return get("query", query=text)["result"]


def selectors(text):
    found = SELECTOR.findall(text)
    return {NONE_YET.get(one, one) for one in found}


def all_rules():
    return [rule for group in get("rules")["groups"] for rule in group["rules"]]


def ready():
    jobs = {found["metric"]["job"] for found in query("count_over_time(up[1m]) >= 3 and up == 1")}
    is_recorded = query("count_over_time(project:wattledger_ledger_energy_joules:sum[1m]) >= 2")
    is_metered = query("wattledger_device_energy_joules_total > 0")
    assert jobs == {"wattledger", "wattledger-agent"} and is_recorded and is_metered, jobs
    assert all(rule["health"] == "ok" for rule in all_rules())


def judge():
    rules, read = all_rules(), set()
    assert len(rules) >= 20, len(rules)
    for rule in rules:
        name, text = rule["name"], rule["query"]
        assert rule["health"] == "ok" and not rule.get("lastError"), rule
        found = query(text)
        assert found or rule["type"] == "alerting", f"{name} records nothing"
        assert selectors(text), f"{name} reads nothing: {text}"
        read |= {one for one in selectors(text) if not IF_CONFIGURED.match(one)}
    for selector in sorted(read):
        assert query(f"count({selector})"), f"nothing was scraped of {selector}"
    # The demonstration has nodes that are late, and its alarms say which.
    alerts = get("alerts")["alerts"]
    late = {alert["labels"]["node"] for alert in alerts if alert["labels"]["alertname"] == "WattledgerAgentLate"}
    assert late and "scraped-01" not in late, late
    for alert in alerts:
        for words in alert["annotations"].values():
            assert "error expanding" not in words and "<no value>" not in words, alert
    power = {found["metric"]["node"]: float(found["value"][1]) for found in query("node:wattledger_device_power_watts:sum")}
    assert list(power.values()) == [600.0], power
    print(f"ok: {len(rules)} rules evaluated, {len(read)} selectors with data, late: {', '.join(sorted(late))}")


def received():
    """What a service has sent: two devices at 300 W, and if it is given, the joules that it has metered."""
    power = {found["metric"]["device"]: float(found["value"][1]) for found in query("last_over_time(wattledger_window_power_watts[1h])")}
    assert len(power) == 2 and all(abs(watts - 300) < 1 for watts in power.values()), power
    joules = float(query("sum(sum_over_time(wattledger_window_energy_joules[1h]))")[0]["value"][1])
    if len(sys.argv) > 3:
        assert abs(joules - float(sys.argv[3])) < 0.0005, (joules, sys.argv[3])
        print(f"ok: {joules} J, as metered")


{"ready": ready, "judge": judge, "received": received}[sys.argv[2]]()
