#!/usr/bin/env bash
# How many sessions one process holds: agents that think, a model of 50 ms to its first token, the sample shop as a process of its own.
# They begin over the first third of the time: a process that has just started compiles its code, and all at once would measure that.
# Usage: bench/density.sh [AGENTS THINK SECONDS]      default: 5000 5s 90, then 10000 15s 120
# GATEWAY=remote: actions go through the gateway, in the same process and over loopback; default in-process: the same policy without that hop.
set -euo pipefail

ape=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)/ape-test
command -v jq > /dev/null || { echo 'error: this script needs jq' >&2; exit 3; }
"$ape" --version > /dev/null # builds it when it has to

work=$(mktemp -d)
shop=
finish() { [ -z "$shop" ] || kill "$shop" 2> /dev/null || true; rm -rf "$work"; }
trap finish EXIT
cd "$work"
# 10,000 agents need up to 50,300 open files: root can have them, others need a hard limit as high.
ulimit -n 65536 2> /dev/null || ulimit -n "$(ulimit -Hn)"

"$ape" shop --port 0 --users 10000 --stock 10000000 > shop.log 2>&1 &
shop=$!
for _ in $(seq 100); do grep -q '^shop ' shop.log && break; sleep 0.1; done
url=$(awk '/^shop / { print $2; exit }' shop.log)
[ -n "$url" ] || { echo 'error: the shop did not start' >&2; cat shop.log >&2; exit 3; }

{ echo name,password; seq 10000 | awk '{ printf "user-%04d,pass-%04d\n", $1, $1 }'; } > users.csv

measure() { # agents, think, seconds
  cat > ape.yaml <<YAML
target: { url: $url, openapi: /openapi/v1.json }
agents: $1
duration: ${3}s
load: { shape: ramp, from: 1, to: $1, over: $(($3 / 3))s }
gateway: ${GATEWAY:-in-process}
llm: { planner: { ttft: 50ms } }
personas: [ { think: $2 } ]
telemetry: { sample: 0.01 }
data: { user: { csv: users.csv } }
secrets: [ user.password ]
goals:
  - goal: Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.
    success: [ { operation: checkout, status: 201 } ]
gracefulStop: 2m
thresholds: { session_success: ">= 0.99", mtba_active_p95: "< 1s" }
YAML
  "$ape" start --quiet --out summary.json > /dev/null || true
  jq -r --arg name "$1 agents, $2 think, gateway ${GATEWAY:-in-process}" '
    "\($name): exit status \(.run.status), \(.sessions.succeeded) of \(.sessions.started) sessions, \(.actions.total) actions, \(.actions.total / .run.duration_s | round) a second",
    "  mtba.active.p95       \(.mtba.active.p95) s",
    "  RSS                   \(.generator.rss_bytes / 1000000 | round) MB",
    "  CPU                   \(.generator.cpu) of all cores (the shop is another process)",
    "  thread pool p99       \(.generator.threadpool_delay_p99_s) s",
    "  records dropped       \(.generator.records_dropped)",
    "  suspect               \(.run.suspect | if length == 0 then "no" else join("; ") end)"' summary.json
}

echo "$(nproc) cores, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
if [ $# -gt 0 ]; then
  measure "$1" "$2" "$3"
else
  measure 5000 5s 90
  measure 10000 15s 120
fi
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
