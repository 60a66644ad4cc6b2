// SPDX-License-Identifier: MIT
// What a request costs a server: the CPU time of its processes while a client keeps it busy.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

import {run, sum} from './servers.mjs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

function statOf(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function descendants(root) {
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      parents.set(Number(pid), Number(statOf(pid)[1]));
    } catch { /* it has just ended */ }
  }
  const family = [root];
  for (const pid of family)
    for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

/// User + system time of processes and all their descendants, in microseconds.
export function cpuTime(...roots) {
  return sum(roots.flatMap(descendants).map(pid => {
    const [user, system] = statOf(pid).slice(11, 13).map(Number);
    return (user + system) / ticksPerSecond * 1e6;
  }));
}

/// wrk's closed loop over kept connections, for requests that take far less than `seconds`. `others`
/// are processes whose time counts, too: a cache's server.
export async function closedLoop({child, port}, body, {connections = 64, seconds = 4, others = []} = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-load-'));
  try {
    const script = path.join(folder, 'post.lua');
    fs.writeFileSync(script, `wrk.method = "POST"
      wrk.headers["Content-Type"] = "application/json"
      wrk.body = [[${body}]]
      done = function(summary, latency)
        io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
          latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.write))
      end`);
    const before = cpuTime(child.pid, ...others);
    const text = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script,
      `http://127.0.0.1:${port}/_dash-update-component`]);
    const used = cpuTime(child.pid, ...others) - before;
    const [, requests, duration, p99, errors] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(text).map(Number);
    if (errors) throw new Error(`${errors} requests failed`);
    return {rps: requests / duration * 1e6, cpu: used / requests, p99: p99 / 1000};
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

/// That many requests, so that none is under way at the end: for long ones.
export async function countedLoop({child, port}, body, {connections = 4, requests, others = []}) {
  const agent = new http.Agent({keepAlive: true, maxSockets: connections});
  const before = cpuTime(child.pid, ...others), begin = performance.now();
  let left = requests;
  const times = [];
  await Promise.all(Array.from({length: connections}, async () => {
    while (left-- > 0) {
      const sent = performance.now();
      await ask(port, body, agent);
      times.push(performance.now() - sent);
    }
  }));
  const seconds = (performance.now() - begin) / 1000;
  agent.destroy();
  return {rps: requests / seconds, cpu: (cpuTime(child.pid, ...others) - before) / requests,
    p99: times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]};
}

/// The text that a callback's request is answered with.
export function ask(port, body, agent = undefined) {
  return new Promise((resolve, reject) => {
    const request = http.request({port, agent, method: 'POST', path: '/_dash-update-component',
      headers: {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body)}},
    response => {
      let text = '';
      response.setEncoding('utf8').on('data', chunk => (text += chunk)).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`port ${port} answers ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    request.on('error', reject).end(body);
  });
}
