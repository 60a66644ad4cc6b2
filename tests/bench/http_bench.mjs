// SPDX-License-Identifier: MIT
// Echo callback against nginx `return 200`.
// Peer and Ekiden alternate in the same run; medians of the rounds are compared. The load generator
// shares the cores with the servers, so CPU per request is the figure to trust, not requests/s.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {ekiden, freePort, median, Running} from './support/servers.mjs';

const rounds = 3;
const seconds = 4;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-bench-'));
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));

const requestBody = JSON.stringify({
  output: 'out.children', outputs: {id: 'out', property: 'children'},
  inputs: [{id: 'in', property: 'value', value: 'the quick brown fox'}],
  changedPropIds: ['in.value'], parsedChangedPropsIds: ['in.value'],
});
const responseBody = JSON.stringify(
  {multi: true, response: {out: {children: 'You have selected the quick brown fox'}}});

function descendants(root) {
  const parents = new Map();
  for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      parents.set(Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch { /* it has just ended */ }
  }
  const family = [root];
  for (const pid of family)
    for (const [child, parent] of parents) if (parent === pid) family.push(child);
  return family;
}

/// User + system time of a process and all its descendants, in seconds.
function cpuTime(root) {
  return descendants(root).reduce((sum, pid) => {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);
}

async function startNginx() {
  const port = await freePort();
  const config = path.join(scratch, 'nginx.conf');
  fs.writeFileSync(config, `
    daemon off; worker_processes 2; pid ${scratch}/nginx.pid; error_log ${scratch}/error.log;
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000; client_body_temp_path ${scratch};
      server { listen 127.0.0.1:${port};
               location / { default_type application/json; return 200 '${responseBody}'; } } }`);
  return new Running('nginx', ['-c', config, '-p', scratch], port, () => true).serving(2);
}

const startEkiden = async threads =>
  ekiden(await freePort(), {workers: 2, threads}).serving(2);

const script = path.join(scratch, 'post.lua');
fs.writeFileSync(script, `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[${requestBody}]]
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d\\n", summary.requests, summary.duration,
    latency:percentile(99), summary.errors.status + summary.errors.read + summary.errors.write))
end`);

async function load({child, port}) {
  const before = cpuTime(child.pid);
  const wrk = spawn('wrk', ['-t1', '-c64', `-d${seconds}s`, '-s', script,
    `http://127.0.0.1:${port}/_dash-update-component`]);
  let text = '';
  wrk.stdout.on('data', chunk => (text += chunk));
  await once(wrk, 'close');
  const [, requests, duration, p99, errors] = /RESULT (\d+) (\d+) (\d+) (\d+)/.exec(text).map(Number);
  if (errors) throw new Error(`${errors} requests failed`);
  return {rps: requests / duration * 1e6, cpu: (cpuTime(child.pid) - before) / requests * 1e6,
    p99: p99 / 1000};
}

async function compareEcho() {
  const servers = {
    'nginx `return 200`, 2 workers': await startNginx(),
    'Ekiden echo, 2 workers × 1 thread': await startEkiden(1),
    'Ekiden echo, 2 workers × 2 threads': await startEkiden(2),
  };
  const results = Object.fromEntries(Object.keys(servers).map(name => [name, []]));
  for (let round = 0; round < rounds; ++round)
    for (const [name, server] of Object.entries(servers)) results[name].push(await load(server));
  for (const server of Object.values(servers)) await server.stop();

  const peer = median(results[Object.keys(servers)[0]].map(({cpu}) => cpu));
  console.log('| echo callback, keep-alive, c=64 | CPU µs/request | × nginx | requests/s | p99 ms |');
  console.log('|---|---|---|---|---|');
  for (const [name, rows] of Object.entries(results)) {
    const cpu = median(rows.map(row => row.cpu));
    console.log(`| ${name} | ${cpu.toFixed(2)} | ${(cpu / peer).toFixed(2)} | ` +
      `${Math.round(median(rows.map(row => row.rps)))} | ` +
      `${median(rows.map(row => row.p99)).toFixed(2)} |`);
  }
}

try {
  await compareEcho();
} finally {
  fs.rmSync(scratch, {recursive: true, force: true});
}
