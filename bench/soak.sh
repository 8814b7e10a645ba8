#!/usr/bin/env bash
# Journeys that arrive at a moderate rate for a long time (open model): does memory stay flat, does the rate hold, does the clock drift?
# Says slopes by least squares and the first tenth against the last (README.md, "Soak"). Exit code 1 where something does not hold.
# Usage: bench/soak.sh [MINUTES] [RATE]      default 60 100: an hour of 100 journeys (500 requests) a second
# APETEST_BENCH_APE: the command in place of ./ape-test.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
usage() { sed -n 's/^# \(Usage: .*\)/\1/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -le 2 ] || usage
for argument in "$@"; do [[ $argument =~ ^[1-9][0-9]{0,3}$ ]] || usage; done
for tool in jq awk curl dotnet; do
  command -v "$tool" > /dev/null || { echo "error: this script needs $tool" >&2; exit 3; }
done
minutes=${1:-60} rate=${2:-100}
[ "$minutes" -le 170 ] || { echo 'error: at most 170 minutes: the target counts its seconds for three hours' >&2; exit 2; }
. "$root/bench/processes.sh"

fill() { # url: users who think a little
  scenario soak "$1" $((rate * 10)) $((minutes * 60)) -e "s|^agents:|load: { rate: $rate/s }\n&|" -e 's|^    steps:|    think: 100ms..300ms\n&|'
}

fill http://127.0.0.1:1
ape_ready "$work/soak.yaml" || { echo "error: this ApeTest does not run the journey: $reason" >&2; exit 3; }
for project in Journey.Target Journey.Bench; do
  dotnet build "$root/bench/$project" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
done

start_target
machine
fill "$target"
cd "$work"; start client.log $ape start soak.yaml --quiet --out summary.json; client=$pid; cd "$root"
began=$(date +%s%N) samples=$work/samples
printf '%8s %8s %10s %10s\n' minute 'RSS MB' 'CPU cores' journeys
while kill -0 "$client" 2> /dev/null; do
  read -r used rss <<< "$(tree "$client" use)"
  [ "$rss" = 0 ] || echo "$(($(date +%s%N) - began)) $used $rss" >> "$samples"
  lines=$(wc -l < "$samples")
  if [ $((lines % 60)) = 0 ]; then
    awk -v hz="$hertz" -v o="$(totals | cut -d' ' -f3)" '{ t[NR] = $1; u[NR] = $2; r = $3 } END { i = NR > 60 ? NR - 60 : 1; printf "%8.1f %8.1f %10.3f %10d\n", t[NR] / 6e10, r / 1e6, (NR > i ? (u[NR] - u[i]) / hz / (t[NR] - t[i]) * 1e9 : 0), o }' "$samples"
  fi
  sleep 1
done
code=0; wait "$client" || code=$?
[ -s "$work/summary.json" ] || { echo "error: the run did not end as it should (exit code $code); the end of its output:" >&2; tail -n 5 "$work/client.log" >&2; exit 3; }
curl -s "$target/seconds" > "$work/seconds.json"

# Memory: the first fifth is the process's warming up. MB an hour, and the medians of the first and the last tenth of the rest.
read -r slope early late <<< "$(awk '
  { t[NR] = $1 / 3.6e12; r[NR] = $3 / 1e6 }
  function median(from, to,   i, j, n, v, x) { for (i = from; i <= to; i++) { x = r[i]; for (j = n++; j > 0 && v[j - 1] > x; j--) v[j] = v[j - 1]; v[j] = x } return v[int(n / 2)] }
  END {
    b = int(NR / 5) + 1; tenth = int((NR - b) / 10)
    for (i = b; i <= NR; i++) { n++; x += t[i]; y += r[i]; xx += t[i] * t[i]; xy += t[i] * r[i] }
    printf "%.2f %.1f %.1f\n", (n * xy - x * y) / (n * xx - x * x), median(b, b + tenth), median(NR - tenth, NR)
  }' "$samples")"

# Arrivals: log-ins of each whole second at the target, without the first and the last, which are not whole of the run. Their running sum less what was
# asked for is a straight line without slope where the clock does not drift; its slope, in parts per million, is what both clocks and all lateness make of it.
read -r counted mean least most off first_tenth last_tenth drift <<< "$(jq -r '.logins[]' "$work/seconds.json" | awk -v rate="$rate" -v most_seconds=$((minutes * 60)) '
  !begun && $1 > 0 { begun = 1; next }
  begun && n < most_seconds - 2 { v[++n] = $1 }
  END {
    low = v[1]; tenth = n >= 10 ? int(n / 10) : 1
    for (i = 1; i <= n; i++) {
      sum += v[i]; if (v[i] < low) low = v[i]; if (v[i] > high) high = v[i]
      if (v[i] > rate * 1.03 && v[i] > rate + 1 || v[i] < rate * 0.97 && v[i] < rate - 1) bad++
      if (i <= tenth) a += v[i]; if (i > n - tenth) z += v[i]
      y = sum - rate * i; sx += i; sy += y; sxx += i * i; sxy += i * y
    }
    printf "%d %.3f %d %d %d %.3f %.3f %.1f\n", n, sum / n, low, high, bad, a / tenth, z / tenth, (n * sxy - sx * sy) / (n * sxx - sx * sx) / rate * 1e6
  }')"

echo
echo "memory              $slope MB an hour; median of the first tenth $early MB, of the last $late MB (the first fifth left out)"
echo "rate at the target  $mean journeys a second of $rate over $counted s; of a second least $least, most $most; $off seconds off by more than 3 % and 1"
echo "                    first tenth $first_tenth, last tenth $last_tenth; drift $drift parts per million"
delays=$(dotnet "$art/bin/Journey.Bench/release/ApeTest.Journey.Bench.dll" start-delays "$work/.ape/runs/$(jq -r .run.id "$work/summary.json")/histograms.bin")
jq -r --arg delays "$delays" '"start delay         p50 \(.load.start_delay.p50) s, p99 \(.load.start_delay.p99) s, most \(.load.start_delay.max) s; dropped \(.load.dropped)",
  "                    \($delays)",
  "sessions            \(.sessions.started) started, \(.sessions.succeeded) succeeded; \(.actions.errors) errors; suspect: \(.run.suspect | if length == 0 then "no" else join("; ") end)"' "$work/summary.json"
read -r _ refused orders <<< "$(totals)"
echo "at the target       $orders proven orders, $refused refused"
echo "load average after: $(load_average)"

holds=$(jq -r --argjson rate "$rate" --argjson mean "$mean" --argjson early "$early" --argjson late "$late" --argjson drift "$drift" --argjson counted "$counted" --argjson refused "$refused" --argjson orders "$orders" '
  [ if $late > $early * 1.1 then "memory grows" else empty end,
    if ($mean / $rate - 1 | fabs) > 0.01 then "the rate is off by more than 1 %" else empty end,
    if ($drift | fabs) > ([1000, 2e6 / ($rate * $counted)] | max) then "arrivals drift" else empty end, # two arrivals of a short run are no drift
    if $refused > 0 or .actions.errors > 0 then "errors" else empty end,
    if $orders != .sessions.succeeded then "the target has other orders than the summary" else empty end ] | join("; ")' "$work/summary.json")
[ -z "$holds" ] || { echo "DOES NOT HOLD: $holds"; exit 1; }
echo 'holds: memory flat, rate within 1 %, no drift, no error'
