-- One line of figures for bench/journey.sh.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d\n", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
