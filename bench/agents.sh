#!/usr/bin/env bash
# Many agents in one process, on the sample shop with the built-in planner: first with 1.5 s think time, then with none.
# Usage: bench/agents.sh [AGENTS] [SECONDS]      default 1000 60
set -euo pipefail

agents=${1:-1000}
seconds=${2:-60}
ape=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)/ape-test
command -v jq > /dev/null || { echo 'error: this script needs jq' >&2; exit 3; }
"$ape" --version > /dev/null # builds it when it has to

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

measure() { # name, flags...
  local name=$1 began
  shift
  began=$(date +%s.%N)
  "$ape" start --agents "$agents" --duration "${seconds}s" --quiet --out "$name.json" "$@" > /dev/null || true
  local run first
  run=$(jq -r .run.id "$name.json")
  first=$(grep -m1 '"event":"action.completed"' ".ape/runs/$run/logs/agent.jsonl" | jq -r '.ts' || true)
  jq -r --arg name "$name" --arg first "$(date -d "$first" +%s.%N)" --arg began "$began" '
    "\($name): exit status \(.run.status), \(.sessions.succeeded) of \(.sessions.started) sessions, \(.actions.total) actions",
    "  first action after    \(($first | tonumber) - ($began | tonumber) | . * 1000 | round / 1000) s",
    "  CPU                   \(.generator.cpu) of all cores, \(.generator.cpu * $cores * .run.duration_s / .actions.total * 1000 * 100 | round / 100) ms an action",
    "  RSS                   \(.generator.rss_bytes / 1000000 | round) MB",
    "  mtba.active.p95       \(.mtba.active.p95) s",
    "  thread pool p99       \(.generator.threadpool_delay_p99_s) s",
    "  GC pauses             \(.generator.gc_pause_share)",
    "  records dropped       \(.generator.records_dropped)",
    "  suspect               \(.run.suspect | if length == 0 then "no" else join("; ") end)",
    "  measured              \(.measured)"' --argjson cores "$(nproc)" "$name.json"
}

echo "$agents agents, $seconds s, $(nproc) cores, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
measure think --think 1500ms
measure no-think
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
