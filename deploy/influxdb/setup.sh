#!/bin/sh
# Creates the buckets and the task that README.md describes, with the influx command line and its active configuration.
# It may run again: a bucket that exists is left as it is, as a shorter retention would delete data; the task is updated.
set -eu
org=${1:?usage: setup.sh ORGANISATION}
cd "$(dirname "$0")"

bucket() { # NAME RETENTION LENGTH_OF_A_SHARD
  if influx bucket list --org "$org" --name "$1" --hide-headers | grep -q .; then
    echo "bucket $1 exists and is left as it is"
  else
    influx bucket create --org "$org" --name "$1" --retention "$2" --shard-group-duration "$3"
  fi
}

bucket wattledger 30d 1d
bucket wattledger-hours 0 28d

task=$(influx task list --org "$org" --hide-headers | awk '$2 == "wattledger-hours" { print $1; exit }')
if [ -n "$task" ]; then
  influx task update --id "$task" --file hours.flux
else
  influx task create --org "$org" --file hours.flux
fi
