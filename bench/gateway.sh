#!/usr/bin/env bash
# The gateway against plain YARP (no transforms, no logs) and against no proxy at all: one target, wrk, interleaved.
# Says CPU and added p99 a request, at 1 % and at 100 % sampling.
# Usage: bench/gateway.sh [ROUNDS] [SECONDS]      default 5 6: five rounds of six seconds for each of 12 cells (about 6 minutes)
#        bench/gateway.sh --memory [MINUTES]      default 5: the gateway's memory under constant load
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
for tool in wrk jq awk; do
  command -v "$tool" > /dev/null || { echo "error: this script needs $tool" >&2; exit 3; }
done
. "$root/bench/processes.sh"
for project in bench/Gateway.Bench Gateway; do
  dotnet build "$root/$project" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
done

free_port; target=http://127.0.0.1:$port
start target.log dotnet "$art/bin/Gateway.Bench/release/ApeTest.Gateway.Bench.dll" target "$target"
wait_for "$pid" "$target/" target.log
free_port; yarp=http://127.0.0.1:$port
start yarp.log dotnet "$art/bin/Gateway.Bench/release/ApeTest.Gateway.Bench.dll" yarp "$yarp" "$target"; yarp_pid=$pid
wait_for "$yarp_pid" "$yarp/" yarp.log
free_port; gateway=http://127.0.0.1:$port
printf '{"targets":[{"name":"t","url":"%s"}]}' "$target" > "$work/gateway.json"
start gateway.log dotnet "$art/bin/Gateway/release/ApeTest.Gateway.dll" --urls "$gateway" --config "$work/gateway.json"; gateway_pid=$pid
wait_for "$gateway_pid" "$gateway/t/" gateway.log

# Agents send a trace context with every request; the sampled flag is theirs.
cat > "$work/sampled.lua" <<'LUA'
local hundredths = tonumber(os.getenv("SAMPLED"))
local n = 0
local yes = { traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }
local no = { traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00" }
request = function()
  n = n + 1
  return wrk.format("GET", nil, (n * hundredths) % 100 < hundredths and yes or no)
end
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d\n", summary.requests, latency:percentile(99), summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
LUA

measure() { # name, url, pid or -, hundredths sampled, connections, seconds -> a line of results.txt
  local before=0 after=0 result requests p99 errors
  [ "$3" = - ] || before=$(ticks "$3")
  result=$(SAMPLED=$4 wrk -t1 -c"$5" -d"$6s" -s "$work/sampled.lua" "$2" | grep '^RESULT')
  [ "$3" = - ] || after=$(ticks "$3")
  read -r _ requests p99 errors <<< "$result"
  [ "$errors" = 0 ] || echo "note: $errors errors of $1 at $5 connections" >&2
  awk -v n="$1" -v c="$5" -v r="$requests" -v p="$p99" -v t="$((after - before))" -v hz="$hertz" -v s="$6" \
    'BEGIN { printf "%s %d %.3f %d %.0f\n", n, c, r ? t / hz / r * 1e6 : 0, p, r / s }' >> "$work/results.txt"
}

median() { # name, connections, column
  awk -v n="$1" -v c="$2" -v k="$3" '$1 == n && $2 == c { print $k }' "$work/results.txt" | sort -n \
    | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

echo "$(nproc) cores, load average before: $(load_average)"
if [ "${1-}" = --memory ]; then
  minutes=${2:-5}
  measure warm "$gateway/t/" "$gateway_pid" 1 32 10
  (SAMPLED=1 wrk -t1 -c32 -d"$((minutes * 60))s" -s "$work/sampled.lua" "$gateway/t/" | grep '^RESULT' > "$work/load") & load=$!
  echo 'second  RSS MB of the gateway'
  for i in $(seq 0 15 $((minutes * 60 - 1))); do
    printf '%6d  %d\n' "$i" "$(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$gateway_pid/status")"
    sleep 15
  done
  wait "$load"
  awk '{ printf "%d requests, %d errors\n", $2, $4 }' "$work/load"
else
  rounds=${1:-5} seconds=${2:-6}
  for warm in "$yarp/" "$gateway/t/"; do
    SAMPLED=10 wrk -t1 -c32 -d8s -s "$work/sampled.lua" "$warm" > /dev/null
  done
  for _ in $(seq "$rounds"); do
    for connections in 1 32 256; do
      measure direct "$target/" - 1 "$connections" "$seconds"
      measure yarp "$yarp/" "$yarp_pid" 1 "$connections" "$seconds"
      measure gateway-1% "$gateway/t/" "$gateway_pid" 1 "$connections" "$seconds"
      measure gateway-100% "$gateway/t/" "$gateway_pid" 100 "$connections" "$seconds"
    done
  done
  printf '%-14s %6s %12s %9s %12s %10s %10s\n' '' conns 'CPU us/req' 'x YARP' 'p99 us' 'p99 added' 'req/s'
  for connections in 1 32 256; do
    base=$(median yarp "$connections" 3) direct=$(median direct "$connections" 4)
    for name in direct yarp gateway-1% gateway-100%; do
      awk -v n="$name" -v c="$connections" -v u="$(median "$name" "$connections" 3)" -v b="$base" -v p="$(median "$name" "$connections" 4)" -v d="$direct" \
        -v r="$(median "$name" "$connections" 5)" \
        'BEGIN { printf "%-14s %6d %12s %9s %12d %10d %10d\n", n, c, n == "direct" ? "" : sprintf("%.1f", u), n == "direct" ? "" : sprintf("%.2f", u / b), p, p - d, r }'
    done
  done
fi
echo "load average after: $(load_average)"
