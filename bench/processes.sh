# Sourced by journey.sh, journey-density.sh, soak.sh, gateway.sh and proxy.sh: processes that are started, asked and ended by their ids, and what they use.
# Needs $root; sets $work, a directory that is removed at the end, and $art, where builds go.

art=${APETEST_BENCH_ARTIFACTS:-$root/artifacts/bench}
work=$(mktemp -d)
hertz=$(getconf CLK_TCK) page=$(getconf PAGESIZE)
pids=()
end() { # by id, and not before each has ended
  local id
  trap '' INT TERM
  for id in "${pids[@]}"; do end_process "$id"; done
  wait 2> /dev/null || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

end_process() { # pid: asks it to end, waits ten seconds, then ends it and what it started
  local i id ids
  ids=$(tree "$1" ids)
  kill "$1" 2> /dev/null || true
  for i in $(seq 100); do kill -0 "$1" 2> /dev/null || break; sleep 0.1; done
  for id in $ids; do kill -9 "$id" 2> /dev/null || true; done
}

ports=()
free_port() { # sets port to one that nobody listens on, and that was not given out before
  while port=$((20000 + RANDOM % 10000)); [[ " ${ports[*]} " == *" $port "* ]] || (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
  ports+=("$port")
}

start() { # log, command... -> pid
  local log=$1; shift
  "$@" < /dev/null > "$work/$log" 2>&1 & pid=$!; pids+=("$pid")
}

wait_for() { # pid, url, log
  local i
  for i in $(seq 150); do
    kill -0 "$1" 2> /dev/null || break
    curl -s -o "$work/probe" "$2" && return 0
    sleep 0.1
  done
  echo "error: nothing answers at $2; the end of its output:" >&2
  tail -n 5 "$work/$3" >&2
  exit 3
}

start_target() { # -> target, target_pid, port
  free_port; target=http://127.0.0.1:$port
  start target.log dotnet "$art/bin/Journey.Target/release/ApeTest.Journey.Target.dll" "$port"; target_pid=$pid
  wait_for "$target_pid" "$target/stats" target.log
}

tree() { # pid, what: of it and all below it "use" (ticks of CPU, resident bytes; those that ended and were waited for are in their parent's ticks), or their "ids"
  cat /proc/[0-9]*/stat 2> /dev/null | awk -v root="$1" -v what="$2" -v page="$page" '
    { id = $1; sub(/^.*\) /, ""); parent[id] = $2; ticks[id] = $12 + $13 + $14 + $15; rss[id] = $22 }
    END {
      for (id in parent) { for (i = id; i in parent && i != root; i = parent[i]); if (i == root) { t += ticks[id]; r += rss[id]; ids = ids " " id } }
      if (what == "ids") print ids; else printf "%d %.0f\n", t, r * page
    }'
}

ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; } # of one process: its CPU so far

totals() { curl -s "$target/stats" | jq -r '"\(.requests) \(.refused) \(.orders)"'; } # of the target, since it began

scenario() { # name, url, agents, seconds, options of sed for what differs... -> $work/name.yaml and its users
  local to=$work/$1.yaml values="s|@URL@|$2|; s|@USERS@|$3|; s|@SECONDS@|$4|"; shift 4
  sed -e '' "$@" "$root/bench/peers/ape.yaml" | sed "$values" > "$to"
  { echo name,password; seq "$(awk '/^agents:/ { print $2 }' "$to")" | awk '{ print "user-" $1 ",pass-" $1 }'; } > "$work/users.csv"
}

load_average() { cut -d' ' -f1-3 /proc/loadavg; }

machine() { # what figures were measured on
  echo "$(nproc) cores ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), $(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r), $(ulimit -n) open files a process"
  echo "ApeTest $(git -C "$root" rev-parse --short HEAD 2> /dev/null || echo '(no git)'), .NET $(dotnet --version); load average before: $(load_average)"
}

ape=${APETEST_BENCH_APE:-$root/ape-test} # a command: the launcher, as a user starts it
ape_ready() { # scenario: whether this ApeTest can run it; sets reason where not
  local output
  $ape --version > /dev/null || { reason="'$ape --version' failed"; return 1; } # builds it when it has to
  output=$(cd "$(dirname "$1")" && $ape validate "$(basename "$1")" 2>&1) || { reason=$(grep -m 1 -i error <<< "$output" || tail -n 1 <<< "$output"); return 1; }
}

# Root can have as many as it likes where the hard limit allows; others need a hard limit as high.
ulimit -n 65536 2> /dev/null || ulimit -n "$(ulimit -Hn)"
