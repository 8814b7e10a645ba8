#!/usr/bin/env bash
# Live pairs of runs for `ape-test compare`: in each round two runs that are the same, and a third whose shop takes 10 % longer. Says how many of the pairs that are
# the same raised an alarm, and how many of the slower ones were found.
# Usage: bench/compare.sh [ROUNDS] [SECONDS] [LATENCY_MS]      default 6 65 50; compare needs 60 s and more
set -euo pipefail

rounds=${1:-6}
seconds=${2:-65}
latency=${3:-50}
ape=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)/ape-test
command -v jq > /dev/null || { echo 'error: this script needs jq' >&2; exit 3; }
"$ape" --version > /dev/null # builds it when it has to

work=$(mktemp -d)
shop=
trap '[ -z "$shop" ] || kill "$shop" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"

cat > ape.yaml << 'YAML'
name: compare
target: { url: "http://127.0.0.1:1" }
agents: 4
data: { user: { rows: [ { name: user-0001, password: pass-0001 } ] } }
secrets: [ user.password ]
journeys:
  - name: look
    steps:
      - { name: login, post: /auth/login, json: { username: "{{user.name}}", password: "{{user.password}}" }, check: 200 }
      - { name: products, get: /products, query: { q: coffee }, extract: { product: "$.items[0].id" } }
      - { name: product, get: "/products/{{product}}" }
YAML

run() { # latency: starts a shop and loads it; the run's id is in $id
  "$ape" shop --port 0 --latency "$1ms" > shop.out 2>&1 &
  shop=$!
  local url=
  until url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' shop.out | head -n 1) && [ -n "$url" ]; do
    kill -0 "$shop" 2> /dev/null || { cat shop.out >&2; exit 3; }
    sleep 0.2
  done
  local status=0
  "$ape" start ape.yaml --target "$url" --seed 1 --duration "${seconds}s" -y --quiet --out run.json > run.out 2>&1 || status=$?
  kill "$shop"
  wait "$shop" 2> /dev/null || true
  shop=
  [ "$status" = 0 ] || [ "$status" = 99 ] || { cat run.out >&2; exit "$status"; }
  id=$(jq -r .run.id run.json)
}

verdict() { # base, run: prints verdict and the change of action_p50
  "$ape" compare "$1" "$2" --format json > compare.json 2> compare.err || [ -s compare.json ] || { cat compare.err >&2; exit 1; }
  jq -r '[.verdict, ([.metrics[] | select(.verdict == "worse" or .verdict == "better") | "\(.name) \(.change * 1000 | round / 10)"] | join(", ")),
    ([.metrics[] | select(.name == "action_p50") | .change // 0 | . * 1000 | round / 10][0])] | "\(.[0])|action_p50 \(.[2]) % \(if .[1] == "" then "" else "(\(.[1]))" end)"' compare.json
}

slower=$(awk -v ms="$latency" 'BEGIN { printf "%g", ms * 1.1 }')
echo "rounds: $rounds, each three runs of $seconds s, $latency ms and $slower ms a request, 4 agents; $(nproc) cores, load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
alarms=0 hits=0
for round in $(seq "$rounds"); do
  run "$latency"; a=$id
  run "$latency"; same=$id
  run "$slower"; slow=$id
  first=$(verdict "$a" "$same")
  second=$(verdict "$a" "$slow")
  [ "${first%%|*}" = same ] || alarms=$((alarms + 1))
  [ "${second%%|*}" != worse ] || hits=$((hits + 1))
  echo "  $round  A/A ${first%%|*}: ${first#*|}"
  echo "     A/B ${second%%|*}: ${second#*|}"
done
echo "A/A: alarms $alarms, pairs $rounds"
echo "A/B, 10 % slower: found $hits, pairs $rounds"
echo "load average after: $(cut -d' ' -f1-3 /proc/loadavg)"
