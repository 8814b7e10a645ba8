#!/usr/bin/env bash
# The PostgreSQL run queue: how many MB of session records a second go through it and what that costs the database, and what many slots cost that do little.
# A server of its own with fsync on; two workers, four for the slots, and a collector in one process beside it.
# Usage: bench/queue.sh [MB] [SLOTS]   default 2048 10000
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
usage() { sed -n 's/^# \(Usage: .*\)/\1/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -le 2 ] || usage
for number in "$@"; do [[ $number =~ ^[1-9][0-9]*$ ]] || usage; done

art=${APETEST_BENCH_ARTIFACTS:-$root/artifacts/bench}
dotnet build "$root/bench/Queue.Bench" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
echo "load average before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
status=0
dotnet "$art/bin/Queue.Bench/release/ApeTest.Queue.Bench.dll" "${1:-2048}" "${2:-10000}" || status=$?
echo "load average after: $(cut -d ' ' -f 1-3 /proc/loadavg)"
exit "$status"
