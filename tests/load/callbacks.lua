-- SPDX-License-Identifier: MIT
-- wrk: posts the bodies of a file, one a line, in turn; prints its result as one line.
--   wrk -t1 -c16 -d5s -s callbacks.lua http://127.0.0.1:PORT/_dash-update-component -- FILE [close]
-- With `close` each request has a connection of its own.
local requests, at = {}, 0

function init(arguments)
  local headers = {["Content-Type"] = "application/json", Connection = arguments[2]}
  for body in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"answered":%d,"seconds":%.3f,"p50_ms":%.3f,"p99_ms":%.3f,"failed":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
