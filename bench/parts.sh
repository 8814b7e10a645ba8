#!/usr/bin/env bash
# What the parts of a journey's request cost beside the kernel: rendering, extraction, policy, histogram (BenchmarkDotNet).
# Usage: bench/parts.sh [BENCHMARKDOTNET OPTIONS]      for example --filter '*Histogram*'; default all
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
echo "$(nproc) cores, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
art=${APETEST_BENCH_ARTIFACTS:-$root/artifacts/bench}
dotnet build "$root/bench/Journey.Bench" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
cd "$work"
dotnet "$art/bin/Journey.Bench/release/ApeTest.Journey.Bench.dll" parts "$@"
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
