#!/usr/bin/env bash
# The tests of the ledger's rooms once more, on a real PostgreSQL instead of a file: about six minutes, so that `.ci/run` leaves them out.
#
# Each test has a database of its own on a server that is started here, or on the one of WATTLEDGER_TEST_POSTGRES_URL. Left out are tests that damage
# the file of SQLite or look into it.
set -euo pipefail
cd "$(dirname "$0")/.."

WATTLEDGER_TEST_LEDGER=postgres cargo test --workspace --locked --test it -- ledger:: budget::ledger budget::model speakers::model \
    --skip service:: --skip ledger::audit --skip ledger::durability --skip ledger::actions \
    --skip a_job_of_centuries_of_device_time_goes_on --skip a_history_is_attributed_anew_in_steps \
    --skip a_changed_period_is_named_by_verify "$@"
