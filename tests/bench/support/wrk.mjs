// SPDX-License-Identifier: MIT
// wrk's closed loop over kept connections, and what each request costs the server.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {cpuTime} from './load.mjs';
import {run} from './servers.mjs';

/// `lua` is what wrk's script says of the request: method, headers, body. `core`: the only one that
/// wrk may use.
export async function wrk({child, port}, {path: target = '/_dash-update-component', lua = '',
  connections = 64, seconds = 2, core}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-wrk-'));
  try {
    const script = path.join(folder, 'request.lua');
    fs.writeFileSync(script, `${lua}
      done = function(summary, latency)
        io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
          latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.write))
      end`);
    const before = cpuTime(child.pid);
    // The usual limit, 1024 descriptors, is too low for as many connections.
    const pinned = core === undefined ? [] : ['taskset', '-c', core];
    const text = await run('prlimit', ['--nofile=4096:', ...pinned, 'wrk', '-t1', `-c${connections}`,
      `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}${target}`]);
    const used = cpuTime(child.pid) - before;
    const [, requests, duration, p99, errors] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(text).map(Number);
    if (errors) throw new Error(`${errors} requests of port ${port} failed`);
    return {rps: requests / duration * 1e6, cpu: used / requests, p99: p99 / 1000};
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

/// The script's lines for a callback's request.
export const post = body => `wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = [[${body}]]`;
