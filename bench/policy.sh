#!/usr/bin/env bash
# What TargetPolicy alone costs a request (BenchmarkDotNet). Usage: bench/policy.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
echo "$(nproc) cores, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
art=${APETEST_BENCH_ARTIFACTS:-$root/artifacts/bench}
dotnet build "$root/bench/Gateway.Bench" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
cd "$work"
dotnet "$art/bin/Gateway.Bench/release/ApeTest.Gateway.Bench.dll" policy
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
