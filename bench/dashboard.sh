#!/usr/bin/env bash
# Does a dashboard that is open slow the run? The same run with and without viewers of its page (server-sent events), interleaved.
# The agents think, the model takes 50 ms to its first token, the sample shop is a process of its own; they begin over the first third of the time.
# Usage: bench/dashboard.sh [AGENTS THINK SECONDS VIEWERS ROUNDS]      default: 5000 5s 60 5 2
set -euo pipefail

ape=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)/ape-test
for tool in jq curl; do command -v "$tool" > /dev/null || { echo "error: this script needs $tool" >&2; exit 3; }; done
"$ape" --version > /dev/null # builds it when it has to
agents=${1:-5000} think=${2:-5s} seconds=${3:-60} viewers=${4:-5} rounds=${5:-2}

work=$(mktemp -d)
shop=
watching=()
leave() { for pid in "${watching[@]}"; do kill "$pid" 2> /dev/null || true; wait "$pid" 2> /dev/null || true; done; watching=(); }
finish() { leave; [ -z "$shop" ] || kill "$shop" 2> /dev/null || true; rm -rf "$work"; }
trap finish EXIT
cd "$work"
ulimit -n 65536 2> /dev/null || ulimit -n "$(ulimit -Hn)"

"$ape" shop --port 0 --users 10000 --stock 10000000 > shop.log 2>&1 &
shop=$!
for _ in $(seq 300); do grep -q '^shop ' shop.log && break; sleep 0.1; done
url=$(awk '/^shop / { print $2; exit }' shop.log)
[ -n "$url" ] || { echo 'error: the shop did not start' >&2; cat shop.log >&2; exit 3; }

{ echo name,password; seq 10000 | awk '{ printf "user-%04d,pass-%04d\n", $1, $1 }'; } > users.csv
cat > ape.yaml <<YAML
target: { url: $url, openapi: /openapi/v1.json }
agents: $agents
duration: ${seconds}s
seed: 1
load: { shape: ramp, from: 1, to: $agents, over: $((seconds / 3))s }
gateway: in-process
llm: { planner: { ttft: 50ms } }
personas: [ { think: $think } ]
telemetry: { sample: 0.01 }
data: { user: { csv: users.csv } }
secrets: [ user.password ]
goals:
  - goal: Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.
    success: [ { operation: checkout, status: 201 } ]
gracefulStop: 2m
YAML

measure() { # viewers
  rm -rf .ape seen.*
  "$ape" start --quiet --out summary.json > /dev/null &
  local run=$! directory= control=
  if [ "$1" -gt 0 ]; then
    for _ in $(seq 600); do
      directory=$(ls -d .ape/runs/*/ 2> /dev/null | head -1 || true)
      [ -n "$directory" ] && control=$(jq -r 'select(.status == "running") | .control_url // empty' "$directory/run.json" 2> /dev/null || true)
      [ -n "$control" ] && break
      sleep 0.1
    done
    [ -n "$control" ] || { echo 'error: the run did not begin' >&2; exit 3; }
    for viewer in $(seq "$1"); do
      curl -sN -H "X-Ape-Token: $(cat "$directory/control.token")" "${control%/}/dashboard/runs/$(basename "$directory")/events" > "seen.$viewer" &
      watching+=($!)
    done
  fi
  wait "$run" || true
  leave
  jq -r --arg viewers "$1" --arg parts "$(cat seen.* 2> /dev/null | grep -c '^event: part' || true)" '
    "\($viewers) viewers | \(.actions.total / .run.duration_s | round) actions/s | mtba active p95 \(.mtba.active.p95) s | action p95 \(.actions.duration.p95) s"
    + " | CPU \(.generator.cpu) | \(.generator.rss_bytes / 1000000 | round) MB | thread pool p99 \(.generator.threadpool_delay_p99_s) s"
    + " | records dropped \(.generator.records_dropped) | parts seen \($parts) | \(.run.status)\(if .run.suspect == [] then "" else ", suspect" end)"' summary.json
}

echo "$(nproc) cores, $agents agents, $think think, $seconds s, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
for _ in $(seq "$rounds"); do
  measure 0
  measure "$viewers"
done
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
