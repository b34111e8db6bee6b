#!/usr/bin/env bash
# Three services on a PostgreSQL with a synchronous standby, both started here from the installed package, while services are killed and put to
# sleep, primaries are killed and standbys promoted, and the network is cut. Prints what was lost, doubled and overspent, which must be nothing.
#
#   tests/failover.sh         a tenth: 20 kills of services, 5 of primaries, 5 cuts, 2,000 admissions on 10 budgets
#   tests/failover.sh full    200 kills of services, 50 of primaries, 50 cuts, 20,000 admissions on 100 budgets
set -euo pipefail
cd "$(dirname "$0")/.."

WATTLEDGER_FAILOVER="${1:-quick}" cargo test --workspace --locked --test it -- --ignored --nocapture failover::
