#!/usr/bin/env bash
# How many agents of a journey one process holds: each of five requests is followed by a second of thinking, so N agents make N requests a second.
# Says the process's core share, its memory above that of one agent, and the rate at the target, second by second (README.md, "Journeys").
# Usage: bench/journey-density.sh [AGENTS own|shared SECONDS]     at least 10 seconds; default: 10000 own 60, then 18000 own 60, then 30000 shared 60
# Agents begin over the first quarter, and the first third is not measured: connections are made and code is compiled. APETEST_BENCH_APE: the command in place of ./ape-test.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
usage() { sed -n 's/^# \(Usage: .*\)/\1/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
case $# in
  0) ;;
  3) [[ $1 =~ ^[1-9][0-9]{0,6}$ && $2 =~ ^(own|shared)$ && $3 =~ ^[1-9][0-9]{1,4}$ ]] || usage ;;
  *) usage ;;
esac
for tool in jq awk curl dotnet; do
  command -v "$tool" > /dev/null || { echo "error: this script needs $tool" >&2; exit 3; }
done
. "$root/bench/processes.sh"

fill() { # url, connections, agents, seconds: a second of thinking before each request but the first, and one after the last; they begin over the first quarter
  local ramp=()
  [ "$3" = 1 ] || ramp=(-e "s|^agents:|load: { shape: ramp, from: 1, to: $3, over: $(($4 / 4 + 1))s }\n&|")
  scenario density "$1" "$3" "$4" "${ramp[@]}" -e "s|\"@URL@\"|&, connections: $2|" -e 's|^    steps:|    think: 1s\n&|' -e '$a\      - think: 1s'
}

fill http://127.0.0.1:1 shared 2 8
ape_ready "$work/density.yaml" || { echo "error: this ApeTest does not run the journey: $reason" >&2; exit 3; }
dotnet build "$root/bench/Journey.Target" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2

descriptors() { ls "/proc/$1/fd" 2> /dev/null | wc -l; }

hold() { # agents, connections, seconds -> $work/samples: time, ticks, RSS and files of each second; $work/rate: mean, least and most requests of a second at the target
  local client began before now i
  fill "$target" "$2" "$1" "$3"
  : > "$work/samples"
  began=$(curl -s "$target/seconds" | jq '.logins | length')
  read -r before _ <<< "$(totals)"
  cd "$work"; rm -f summary.json; start client.log $ape start density.yaml --quiet --out summary.json; client=$pid; cd "$root"
  for i in $(seq 300); do # starting up is not what is measured
    read -r now _ <<< "$(totals)"
    [ "$now" -eq "$before" ] || break
    kill -0 "$client" 2> /dev/null || break
    sleep 0.1
  done
  for i in $(seq $(($3 - 2))); do
    kill -0 "$client" 2> /dev/null || break
    echo "$(date +%s%N) $(tree "$client" use) $(descriptors "$client")" >> "$work/samples"
    sleep 1
  done
  curl -s "$target/seconds" | jq -r --argjson began "$began" --argjson s "$3" '.logins as $logins
    | first(range($began; $logins | length) | select($logins[.] > 0)) as $first
    | .requests[$first + ($s / 3 | floor) : $first + $s - 2] | "\(add / length) \(min) \(max)"' > "$work/rate"
  for i in $(seq 600); do kill -0 "$client" 2> /dev/null || break; sleep 0.1; done
  end_process "$client"; unset 'pids[-1]'; wait "$client" 2> /dev/null || true
  [ "$(wc -l < "$work/samples")" -ge $(($3 / 2)) ] && [ -s "$work/summary.json" ] && [ -s "$work/rate" ] \
    || { echo "error: $1 agents did not last; the end of the output:" >&2; tail -n 5 "$work/client.log" >&2; exit 3; }
}

# Most of the second and third third.
resident() { awk '{ r[NR] = $3 } END { for (i = int(NR / 3) + 1; i <= NR; i++) if (r[i] > m) m = r[i]; printf "%.0f\n", m }' "$work/samples"; }

measure() { # agents, connections, seconds: a line of the table
  local before after cores files rate least most
  read -r _ before _ <<< "$(totals)"
  hold "$1" "$2" "$3"
  read -r _ after _ <<< "$(totals)"
  read -r cores files <<< "$(awk -v hz="$hertz" '{ t[NR] = $1; u[NR] = $2; if ($4 > f) f = $4 } END { i = int(NR / 3) + 1; printf "%.3f %d\n", (u[NR] - u[i]) / hz / (t[NR] - t[i]) * 1e9, f }' "$work/samples")"
  read -r rate least most < "$work/rate"
  awk -v n="$1" -v c="$2" -v cores="$cores" -v files="$files" -v rss="$(resident)" -v base="$base" -v rate="$rate" -v least="$least" -v most="$most" -v refused=$((after - before)) \
    -v p99="$(jq '[.http[].duration.p99 // 0] | max // 0' "$work/summary.json")" -v errors="$(jq '.actions.errors // 0' "$work/summary.json")" \
    -v suspect="$(jq -r '.run.suspect | if length == 0 then "no" else join("; ") end' "$work/summary.json")" \
    'BEGIN { printf "%7d %-7s %6s %8.0f %9.1f %9.0f %8.2f%% %8d %8d %8.1f %7d %7d  %s\n", n, c, cores, rss / 1e6, (n > 1 ? (rss - base) / (n - 1) / 1024 : 0), rate, (rate / n - 1) * 100, least, most,
      p99 * 1e3, (errors > refused ? errors : refused), files, suspect }'
}

start_target
machine
echo "the client's process over the second and third third; rate as the target counted it; p99 is the summary's own, of the slowest step over the whole run"
printf '%7s %-7s %6s %8s %9s %9s %9s %8s %8s %8s %7s %7s  %s\n' agents conns cores 'RSS MB' 'KB/agent' 'req/s' 'off' least most 'p99 ms' errors files suspect
base=0
measure 1 own 20
base=$(resident)
if [ $# = 3 ]; then
  measure "$1" "$2" "$3"
else
  measure 10000 own 60
  measure 18000 own 60
  measure 30000 shared 60
fi
echo "load average after: $(load_average)"
