#!/usr/bin/env bash
# The LLM proxy against no proxy at all and against the npm package @portkey-ai/gateway: one fast local upstream, one load client, interleaved.
# Says added time to first token and requests per CPU second of the proxy's process (README.md, "The LLM proxy").
# Usage: bench/proxy.sh [--no-peer] [ROUNDS] [SECONDS]   default 3 4: three rounds of four seconds for each of 36 cells (about 11 minutes)
#        bench/proxy.sh --soak [MINUTES]                 default 5: 500 streams at a time through one proxy; exit code 1 when something does not hold
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
portkey=1.15.2
usage() { sed -n 's/^# \(Usage: .*\|       bench.*\)/\1/p' "${BASH_SOURCE[0]}" >&2; exit 2; }

peer=true soak=false numbers=()
for argument in "$@"; do
  case $argument in
    --no-peer) peer=false ;;
    --soak) soak=true peer=false ;;
    [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) numbers+=("$argument") ;;
    *) usage ;;
  esac
done
[ "${#numbers[@]}" -le "$($soak && echo 1 || echo 2)" ] || usage
tools=(jq awk curl dotnet)
if $peer; then tools+=(node npm); fi
for tool in "${tools[@]}"; do
  command -v "$tool" > /dev/null || { echo "error: this script needs $tool$($peer && echo ', or --no-peer where it is node or npm')" >&2; exit 3; }
done

. "$root/bench/processes.sh"
for project in bench/LlmProxy.Bench LlmProxy; do
  dotnet build "$root/$project" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
done
bench=$art/bin/LlmProxy.Bench/release/ApeTest.LlmProxy.Bench.dll
if $peer; then
  npm install --prefix "$work/peer" --no-audit --no-fund --ignore-scripts --loglevel=error "@portkey-ai/gateway@$portkey" >&2 \
    || { echo "error: npm cannot install @portkey-ai/gateway $portkey; measure without it: --no-peer" >&2; exit 3; }
fi

free_port; direct=http://127.0.0.1:$port
start upstream.log dotnet "$bench" upstream "$direct"
wait_for "$pid" "$direct/v1/models" upstream.log
free_port; proxy=http://127.0.0.1:$port
printf '{"providers":{"bench":{"baseUrl":"%s/v1","concurrency":1024}}}' "$direct" > "$work/proxy.json"
start proxy.log dotnet "$art/bin/LlmProxy/release/ApeTest.LlmProxy.dll" --urls "$proxy" --config "$work/proxy.json"; proxy_pid=$pid
wait_for "$proxy_pid" "$proxy/v1/models" proxy.log
names=(direct proxy)
if $peer; then
  free_port; portkey_url=http://127.0.0.1:$port
  NODE_ENV=production start portkey.log node --require "$root/bench/portkey.cjs" "$work/peer/node_modules/@portkey-ai/gateway/build/start-server.js" "--port=$port" --headless
  portkey_pid=$pid
  wait_for "$portkey_pid" "$portkey_url/" portkey.log
  names+=(portkey)
fi

echo "$(nproc) cores, load average before: $(load_average)"
echo "ApeTest $(git -C "$root" rev-parse --short HEAD 2> /dev/null || echo '(no git)'), .NET $(dotnet --version)$($peer && echo ", @portkey-ai/gateway $portkey on Node $(node --version)" || true)"

run() { # command of the bench... ; in the background, so that a signal ends it at once
  dotnet "$bench" "$@" & local id=$! code=0
  pids+=("$id")
  wait "$id" || code=$?
  unset 'pids[-1]'
  return "$code"
}

if $soak; then
  code=0
  run soak "$proxy" --model bench/tokens-200-pace-50-first-300 --concurrency 500 --seconds "$((${numbers[0]:-5} * 60))" --stagger 10000 \
    --pid "$proxy_pid" --metrics "$proxy/metrics" || code=$?
  echo "load average after: $(load_average)"
  exit "$code"
fi

declare -A models=([json]=tokens-200 [burst]=tokens-200-pace-0 [paced]=tokens-200-pace-5-lump-10 [single]=tokens-200-pace-5)
declare -A stagger=([json]=0 [burst]=0 [paced]=100 [single]=1000)

measure() { # name, shape, clients, seconds -> a line of results.txt
  local name=$1 shape=$2 clients=$3 seconds=$4 id=- url before=0 after=0
  local options=(--concurrency "$clients" --seconds "$seconds" --stagger "${stagger[$shape]}")
  case $name in
    direct) url=$direct; options+=(--model "${models[$shape]}") ;;
    proxy) url=$proxy id=$proxy_pid; options+=(--model "bench/${models[$shape]}") ;;
    portkey) url=$portkey_url id=$portkey_pid
      options+=(--model "${models[$shape]}" --header 'x-portkey-provider: openai' --header "x-portkey-custom-host: $direct/v1" --header 'Authorization: Bearer bench') ;;
  esac
  [ "$shape" = json ] || options+=(--stream)
  [ "$id" = - ] || before=$(ticks "$id")
  run load "$url" "${options[@]}" > "$work/load.json"
  [ "$id" = - ] || after=$(ticks "$id")
  jq -r --arg n "$name" --arg s "$shape" --argjson c "$clients" --argjson t "$((after - before))" --argjson hz "$hertz" \
    '(.requests - .errors) as $whole | [$n, $s, $c, .ttft_p50_us // 0, .ttft_p99_us // 0, .errors, $whole / .seconds, if $t > 0 then $whole / $t * $hz else 0 end] | join(" ")' \
    "$work/load.json" >> "$work/results.txt"
  jq -r --arg n "$name, $shape, $clients clients" 'select(.errors > 0) | "note: \($n): errors \(.kinds | tojson)"' "$work/load.json" >&2
}

median() { # name, shape, clients, column
  awk -v n="$1" -v s="$2" -v c="$3" -v k="$4" '$1 == n && $2 == s && $3 == c { print $k }' "$work/results.txt" | sort -n \
    | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

rounds=${numbers[0]:-3} seconds=${numbers[1]:-4}
for _ in 1 2; do # what the runtimes compile, they compile now: at once it is code that still counts its calls
  for name in "${names[@]}"; do
    for shape in json burst paced; do measure "$name" "$shape" 32 5; done
  done
done
rm "$work/results.txt"
for round in $(seq "$rounds"); do
  for shape in json burst paced single; do
    for clients in 1 32 128; do
      for name in "${names[@]}"; do measure "$name" "$shape" "$clients" "$seconds"; done
    done
  done
  echo "round $round done, load average: $(load_average)" >&2
done

echo "medians of $rounds rounds of $seconds s; times in ms; CPU is the proxy's process alone"
printf '%-7s %7s  %-8s %9s %9s %10s %10s %7s %8s %10s\n' answers clients through 'TTFT p50' 'TTFT p99' 'added p50' 'added p99' errors 'req/s' 'req/CPU s'
for shape in json burst paced single; do
  for clients in 1 32 128; do
    for name in "${names[@]}"; do
      awk -v n="$name" -v s="$shape" -v c="$clients" -v p="$(median "$name" "$shape" "$clients" 4)" -v q="$(median "$name" "$shape" "$clients" 5)" \
        -v dp="$(median direct "$shape" "$clients" 4)" -v dq="$(median direct "$shape" "$clients" 5)" -v r="$(median "$name" "$shape" "$clients" 7)" \
        -v u="$(median "$name" "$shape" "$clients" 8)" \
        '$1 == n && $2 == s && $3 == c { e += $6 }
         END { d = n == "direct"; printf "%-7s %7d  %-8s %9.2f %9.2f %10s %10s %7d %8.0f %10s\n", s, c, n, p / 1e3, q / 1e3,
           d ? "" : sprintf("%.2f", (p - dp) / 1e3), d ? "" : sprintf("%.2f", (q - dq) / 1e3), e, r, d ? "" : sprintf("%.0f", u) }' "$work/results.txt"
    done
  done
done
echo "load average after: $(load_average)"
