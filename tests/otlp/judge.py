"""Asks the log of a collector's debug exporter whether it has what was metered: judge.py LOG JOULES"""

import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
assert "host.name: Str(sent-01)" in text and "service.name: Str(wattledger)" in text
sums = {}
for metric in re.split(r"\n\s*Metric #\d+", text)[1:]:
    name = re.search(r"-> Name: (\S+)", metric)[1]
    unit, kind = re.search(r"-> Unit: (\S+)", metric)[1], re.search(r"-> DataType: (\S+)", metric)[1]
    if name == "hw.energy":
        assert (unit, kind) == ("J", "Sum") and "-> IsMonotonic: true" in metric and "Temporality: Delta" in metric, metric
    else:
        assert (name, unit, kind) == ("hw.power", "W", "Gauge"), metric
    points = re.split(r"\n\s*NumberDataPoints #\d+", metric)[1:]
    assert points, metric
    for point in points:
        assert "hw.id: Str(GPU-" in point and "hw.type: Str(gpu)" in point and "hw.name: Str(" in point, point
        value = float(re.search(r"\nValue: (\S+)", point)[1])
        assert name != "hw.power" or abs(value - 300) < 1, point
        sums[name] = sums.get(name, 0) + value
assert abs(sums["hw.energy"] - float(sys.argv[2])) < 0.0005, (sums, sys.argv[2])
print(f"ok: {sums['hw.energy']:.3f} J, as metered")
