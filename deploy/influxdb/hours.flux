// Copies what is worth keeping for years from the bucket that forgets. A point that is copied again replaces itself, so
// the task may run twice, and a run that was missed is made up for by the next one.
import "date"

option task = {name: "wattledger-hours", every: 1h, offset: 10m}

// The mirror writes an hour again when its data or factors arrive late, nearly always within days. Once a day everything
// that the raw bucket still has is copied: an old hour that was restated is among it.
start = if date.hour(t: now()) == 3 then -29d else -3d

from(bucket: "wattledger")
    |> range(start: start)
    |> filter(
        fn: (r) =>
            r._measurement == "energy_hour" or r._measurement == "carbon_period" or r._measurement == "carbon_intensity",
    )
    |> to(bucket: "wattledger-hours")
