#!/usr/bin/env bash
# ApeTest's journeys against its peers: login, list, cart, checkout, logout; token and ids extracted, every status checked, no think time, keep-alive.
# Says the client's CPU a request and a journey, memory and requests a second, by rounds in which every peer has its turn (README.md, "Journeys").
# Usage: bench/journey.sh [SECONDS] [ROUNDS]      default 8 3: three rounds of eight seconds for each peer and number of users
# PEERS="ape-test wrk k6" and USERS="50 500": only these. BASE=NAME: whose CPU the ratios are to; default ape-test.
# APETEST_BENCH_APE: the command in place of ./ape-test.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
usage() { sed -n 's/^# \(Usage: .*\)/\1/p' "${BASH_SOURCE[0]}" >&2; exit 2; }
[ $# -le 2 ] || usage
for argument in "$@"; do [[ $argument =~ ^[1-9][0-9]{0,3}$ ]] || usage; done
for tool in jq awk curl dotnet; do
  command -v "$tool" > /dev/null || { echo "error: this script needs $tool" >&2; exit 3; }
done
. "$root/bench/processes.sh"

seconds=${1:-8} rounds=${2:-3} warm=3 tail=3
read -ra users <<< "${USERS:-50 500 2000}"
read -ra wanted <<< "${PEERS:-ape-test dotnet dotnet-inline k6 locust artillery tsung wrk wrk-journey hey h2load}"
base=${BASE:-ape-test}
artillery=2.0.34

for project in Journey.Target Journey.Client; do
  dotnet build "$root/bench/$project" -c Release --artifacts-path "$art" -nodeReuse:false -v quiet -clp:NoSummary >&2
done

needs() { # program, where it comes from: sets reason where it is missing
  command -v "$1" > /dev/null || { reason="no $1 on the PATH ($2)"; return 1; }
}

packaged() { dpkg-query -W -f '${Version}' "$1" 2> /dev/null || true; } # version of a Debian package: some programs do not tell their own

available() { # peer: whether it is there; sets reason and version
  version= reason='it does not tell its version'
  case $1 in
    ape-test)
      scenario ape http://127.0.0.1:1 1 1
      ape_ready "$work/ape.yaml" && version=$($ape --version | head -n 1) ;;
    dotnet | dotnet-inline) version=".NET $(dotnet --version)" ;;
    k6) needs k6 https://k6.io && version=$(k6 version | head -n 1) ;;
    locust) needs locust 'Debian: python3-locust' && version="$(locust --version | head -n 1) $(packaged python3-locust)" ;;
    tsung) needs tsung 'Debian: tsung' && needs epmd 'Debian: erlang-base' && version=$(tsung -v) ;;
    wrk | wrk-journey) needs wrk 'Debian: wrk' && version=$({ wrk -v 2>&1 || true; } | sed -n '1s/ Copyright.*//p') ;;
    hey) needs hey 'Debian: hey' && version="hey $(packaged hey)" ;;
    h2load) needs h2load 'Debian: nghttp2-client' && version=$(h2load --version) ;;
    artillery)
      needs node 'Debian: nodejs' && needs npm 'Debian: npm' || return 1
      [ -x "$art/artillery-$artillery/node_modules/.bin/artillery" ] \
        || npm install --prefix "$art/artillery-$artillery" --no-audit --no-fund --ignore-scripts --loglevel=error "artillery@$artillery" >&2 \
        || { reason="npm cannot install artillery $artillery"; return 1; }
      version="artillery $artillery on Node $(node --version)" ;;
    *) echo "error: unknown peer $1" >&2; exit 2 ;;
  esac
}

able() { # peer, users: whether it can do so many over connections that stay; sets reason
  case $1 in
    wrk-journey) [ "$2" -le 500 ] || { reason='one thread for each user'; return 1; } ;;
    hey) [ "$2" -le 500 ] || { reason='keeps at most 500 idle connections'; return 1; } ;;
  esac
}

fill() { # file of peers/, url, users, seconds -> the same name in $work
  sed "s|@URL@|$2|g; s|@PORT@|${2##*:}|g; s|@USERS@|$3|g; s|@SECONDS@|$4|g" "$root/bench/peers/$1" > "$work/$1"
}

launch() { # peer, users, seconds: starts it in a directory of its own; sets pid
  local peers=$root/bench/peers journey=("$art/bin/Journey.Client/release/ApeTest.Journey.Client.dll" "$target" "$2" "$3")
  sleep 1 # what the one before has left is over
  rm -f "$work/summary.json" "$work/k6.json"
  export BENCH_URL=$target BENCH_USERS=$2 BENCH_SECONDS=$3
  cd "$work"
  case $1 in
    ape-test) scenario ape "$target" "$2" "$3"
      start client.log $ape start ape.yaml --quiet --out summary.json ;;
    dotnet) start client.log dotnet "${journey[@]}" ;;
    dotnet-inline) start client.log env DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 dotnet "${journey[@]}" ;;
    k6) start client.log env K6_NO_USAGE_REPORT=true k6 run --quiet "$peers/k6.js" ;;
    locust) start client.log locust -f "$peers/locust.py" --headless --only-summary -u "$2" -r "$2" -t "${3}s" --host "$target" ;;
    artillery) fill artillery.yaml "$target" "$2" "$3"; cp "$peers/artillery.cjs" .
      start client.log env ARTILLERY_DISABLE_TELEMETRY=true "$art/artillery-$artillery/node_modules/.bin/artillery" run --quiet artillery.yaml ;;
    tsung) fill tsung.xml "$target" "$2" "$3"
      start client.log env HOME="$work" ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 ERL_AFLAGS='-kernel inet_dist_use_interface {127,0,0,1}' \
        tsung -n -s -w 0 -f "$work/tsung.xml" -I 127.0.0.1 -l "$work/tsung-log" start ;;
    wrk) start client.log wrk -t1 -c"$2" -d"${3}s" -s "$peers/wrk.lua" "$target/plain" ;;
    wrk-journey) start client.log wrk -t"$2" -c"$2" -d"${3}s" -s "$peers/wrk-journey.lua" "$target" ;;
    hey) start client.log hey -z "${3}s" -c "$2" "$target/plain" ;;
    h2load) start client.log h2load --h1 -t1 -c"$2" -D"$3" "$target/plain" ;;
  esac
  cd "$root"
}

measure() { # peer, users, round: a line of the results; a client that does not last is told and left out
  local name=$1 many=$2 i client before now refused orders after lasted=false rss most=0 ticks0 ticks1 target0 target1 requests0 requests1 orders0 orders1 began took
  read -r before refused _ <<< "$(totals)"
  launch "$name" "$many" $((warm + seconds + tail)); client=$pid
  for i in $(seq 300); do # starting up is not what is measured
    read -r now _ <<< "$(totals)"
    [ "$now" -eq "$before" ] || break
    kill -0 "$client" 2> /dev/null || break
    sleep 0.1
  done
  sleep "$warm"
  began=$(date +%s%N)
  read -r ticks0 _ <<< "$(tree "$client" use)"; read -r target0 _ <<< "$(tree "$target_pid" use)"; read -r requests0 _ orders0 <<< "$(totals)"
  for i in $(seq "$seconds"); do
    sleep 1
    read -r _ rss <<< "$(tree "$client" use)"
    [ "$rss" -le "$most" ] || most=$rss
  done
  if kill -0 "$client" 2> /dev/null; then lasted=true; fi
  read -r ticks1 _ <<< "$(tree "$client" use)"; read -r target1 _ <<< "$(tree "$target_pid" use)"; read -r requests1 _ orders1 <<< "$(totals)"
  took=$(($(date +%s%N) - began))
  for i in $(seq 200); do kill -0 "$client" 2> /dev/null || break; sleep 0.1; done
  end_process "$client"; unset 'pids[-1]'; wait "$client" 2> /dev/null || true
  read -r _ after _ <<< "$(totals)"
  orders=$((orders1 - orders0))
  if ! $lasted || [ "$requests1" -le "$requests0" ]; then
    echo "note: $name with $many users did not last; the end of its output:" >&2
    tail -n 3 "$work/client.log" >&2
    return
  fi
  case $name in
    wrk | hey | h2load) orders=0 ;;
    *) [ $((orders * 100)) -ge $(((requests1 - requests0) * 19)) ] || echo "note: $name with $many users: $orders proven orders of $((requests1 - requests0)) requests" >&2 ;;
  esac
  awk -v n="$name" -v u="$many" -v round="$3" -v t=$((ticks1 - ticks0)) -v tt=$((target1 - target0)) -v r=$((requests1 - requests0)) -v o="$orders" -v hz="$hertz" -v m="$most" \
    -v s="$took" -v e=$((after - refused)) -v own="$(own_errors "$name")" \
    'BEGIN { printf "%s %d %d %.3f %.4f %.1f %.0f %d %.3f\n", n, u, round, t / hz / r * 1e6, o ? t / hz / o * 1e3 : 0, m / 1e6, r / s * 1e9, (e > own ? e : own), tt / hz / r * 1e6 }' >> "$results"
}

own_errors() { # peer: those of its own count that the target may not know of
  case $1 in
    ape-test) jq -r '.actions.errors // 0' "$work/summary.json" 2> /dev/null || echo 0 ;;
    dotnet*) tail -n 1 "$work/client.log" | jq -r '.errors // 0' 2> /dev/null || echo 0 ;;
    k6) jq -r '.fails // 0' "$work/k6.json" 2> /dev/null || echo 0 ;;
    wrk*) awk '$1 == "RESULT" { e = $3 } END { print e + 0 }' "$work/client.log" ;;
    *) echo 0 ;;
  esac
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
column() { awk -v n="$1" -v u="$2" -v k="$3" '$1 == n && $2 == u { print $k }' "$results" | median; } # peer, users, column

names=() versions=() missing=()
for name in "${wanted[@]}"; do
  if available "$name"; then names+=("$name"); versions+=("$version"); else missing+=("$name: $reason"); fi
done
[ "${#names[@]}" -gt 0 ] || { printf 'error: none of the peers is there\n' >&2; printf '  %s\n' "${missing[@]}" >&2; exit 3; }

start_target
if [[ " ${names[*]} " == *' tsung '* ]]; then
  free_port; epmd=$port # Erlang's directory of nodes, which tsung would leave behind
  start epmd.log epmd -address 127.0.0.1 -port "$epmd"
fi
machine
printf 'peers: %s\n' "$(printf '%s\n' "${versions[@]}" | awk '!seen[$0]++' | paste -sd ';' | sed 's/;/; /g')"
[ "${#missing[@]}" = 0 ] || printf 'left out: %s\n' "${missing[@]}"

results=$art/journey-results.txt
: > "$results"
dotnet "$art/bin/Journey.Client/release/ApeTest.Journey.Client.dll" "$target" 50 8 > "$work/warm.log" # the target's code is compiled now
for round in $(seq "$rounds"); do
  for many in "${users[@]}"; do
    for name in "${names[@]}"; do
      if able "$name" "$many"; then measure "$name" "$many" "$round"; elif [ "$round" = 1 ]; then echo "left out: $name with $many users: $reason"; fi
    done
  done
  echo "round $round done, load average: $(load_average)" >&2
done

echo
echo "medians of $rounds rounds of $seconds s after $warm s of warming up; CPU and memory are the client's, all its processes; requests as the target counted them"
printf '%-14s %6s %12s %16s %9s %10s %8s %14s\n' client users 'CPU us/req' 'CPU s/1000 jour.' 'peak MB' 'req/s' errors 'target us/req'
for many in "${users[@]}"; do
  for name in "${names[@]}"; do
    cpu=$(column "$name" "$many" 4)
    [ -n "$cpu" ] || continue
    awk -v n="$name" -v u="$many" -v c="$cpu" -v j="$(column "$name" "$many" 5)" -v m="$(column "$name" "$many" 6)" -v r="$(column "$name" "$many" 7)" -v t="$(column "$name" "$many" 9)" \
      '$1 == n && $2 == u { e += $8 } END { printf "%-14s %6d %12.1f %16s %9.0f %10.0f %8d %14.1f\n", n, u, c, (j > 0 ? sprintf("%.3f", j) : "no journey"), m, r, e, t }' "$results"
  done
done
if [[ " ${names[*]} " == *" $base "* ]]; then
  echo
  echo "CPU a request, as a multiple of that of $base in the same round: median (least - most)"
  printf '%-14s' client; printf ' %20s' "${users[@]/%/ users}"; echo
  for name in "${names[@]}"; do
    [ "$name" != "$base" ] || continue
    printf '%-14s' "$name"
    for many in "${users[@]}"; do
      ratios=$(awk -v n="$name" -v b="$base" -v u="$many" '$2 == u && $1 == b { of[$3] = $4 } $2 == u && $1 == n { cpu[$3] = $4 }
        END { for (r in cpu) if (of[r] > 0) printf "%.3f\n", cpu[r] / of[r] }' "$results" | sort -n)
      [ -n "$ratios" ] && printf ' %20s' "$(printf '%.2f (%.2f - %.2f)' "$(median <<< "$ratios")" "$(head -n 1 <<< "$ratios")" "$(tail -n 1 <<< "$ratios")")" || printf ' %20s' -
    done
    echo
  done
else
  echo "no ratios: $base is left out"
fi
echo "load average after: $(load_average)"
