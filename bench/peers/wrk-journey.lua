-- wrk's journey of bench/journey.sh. wrk does not tell a script which connection an answer came by: one thread for each user, with one connection.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local step, token, product, cart = 1, nil, nil, nil
local expected = { 200, 200, 201, 201, 204 }

function init()
  json = { ["Content-Type"] = "application/json" }
  credentials = string.format('{"name":"user-%d","password":"pass-%d"}', number, number)
end

function request()
  if step == 1 then return wrk.format("POST", "/login", json, credentials) end
  local bearer = { Authorization = "Bearer " .. token }
  if step == 2 then return wrk.format("GET", "/products", bearer) end
  if step == 5 then return wrk.format("POST", "/logout", bearer) end
  bearer["Content-Type"] = "application/json"
  if step == 3 then return wrk.format("POST", "/cart", bearer, '{"productId":"' .. product .. '","quantity":2}') end
  return wrk.format("POST", "/checkout", bearer, '{"cartId":"' .. cart .. '"}')
end

function response(status, headers, body)
  local found = step == 5 -- what is wrong begins again; the target counts what it refused
  if status == expected[step] then
    if step == 1 then token = body:match('"token":"([^"]+)"'); found = token
    elseif step == 2 then product = body:match('"id":"([^"]+)"'); found = product
    elseif step == 3 then cart = body:match('"id":"([^"]+)"'); found = cart
    elseif step == 4 then found = body:match('"orderId":"([^"]+)"') end
  else
    found = false
  end
  step = found and step < 5 and step + 1 or 1
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d\n", summary.requests, e.connect + e.read + e.write + e.status + e.timeout))
end
