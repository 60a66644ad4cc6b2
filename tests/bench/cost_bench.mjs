// SPDX-License-Identifier: MIT
// What an echo costs with more workers, and over more connections: two workers must not cost more
// than one because of what they share. Over few connections each request wakes the worker up, as it
// does nginx. The points go to <build>/bench/cost.json for a plot.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {callback, ekiden, freePort, median, Running, table} from './support/servers.mjs';
import {post, wrk} from './support/wrk.mjs';

const build = path.resolve(process.argv[2]);
const rounds = 3;
const workerCounts = [1, 2, 4];
const connectionCounts = [1, 4, 16, 64, 256, 1024];
const lua = post(callback('out'));
const answer = JSON.stringify({multi: true, response: {out: {children: 'You have selected x'}}});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-cost-'));

const start = async workers => ekiden(await freePort(), {workers, threads: 1,
  args: ['--worker-connections', 2048]}).serving(workers);

async function startNginx() {
  const port = await freePort();
  const config = path.join(folder, 'nginx.conf');
  fs.writeFileSync(config, `
    daemon off; worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
    events { worker_connections 2048; }
    http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder};
           server { listen 127.0.0.1:${port};
                    location / { default_type application/json; return 200 '${answer}'; } } }`);
  return new Running('nginx', ['-c', config, '-p', folder], port, () => true).serving(2);
}

/// The median cost at each point; the rounds go through all points, so that a busy moment of the
/// machine is no single point's.
async function costs(points, seconds) {
  const results = points.map(() => []);
  for (let round = 0; round < rounds; ++round)
    for (const [i, {server, connections}] of points.entries())
      results[i].push(await wrk(server, {lua, connections, seconds}));
  return results.map(all => ({cpu: median(all.map(({cpu}) => cpu)), rps: median(all.map(({rps}) => rps))}));
}

const points = (name, counts, all) =>
  counts.map((count, i) => ({[name]: count, cpu_us: all[i].cpu, requests_per_s: all[i].rps}));

async function compareWorkers(servers) {
  const all = await costs(servers.map(server => ({server, connections: 64})), 2);
  table(['workers × 1 thread, echo, c=64', 'CPU µs/request', '× with one (goal 1.05)', 'requests/s'],
    workerCounts.map((count, i) => [count, all[i].cpu.toFixed(2),
      (all[i].cpu / all[0].cpu).toFixed(2), Math.round(all[i].rps)]));
  return points('workers', workerCounts, all);
}

async function compareConnections(ours, theirs) {
  const of = server => connectionCounts.map(connections => ({server, connections}));
  const all = await costs([...of(ours), ...of(theirs)], 1);
  const [own, peer] = [all.slice(0, connectionCounts.length), all.slice(connectionCounts.length)];
  const base = own[connectionCounts.indexOf(64)].cpu;
  table(['connections, echo, 2 workers × 1 thread', 'CPU µs/request', '× with 64 (flat from there)',
    'requests/s', 'nginx `return 200`, CPU µs/request'],
  connectionCounts.map((count, i) => [count, own[i].cpu.toFixed(2), (own[i].cpu / base).toFixed(2),
    Math.round(own[i].rps), peer[i].cpu.toFixed(2)]));
  return {ours: points('connections', connectionCounts, own),
    nginx: points('connections', connectionCounts, peer)};
}

const servers = [];
try {
  for (const workers of workerCounts) servers.push(await start(workers));
  const workers = await compareWorkers(servers);
  console.log();
  servers.push(await startNginx());
  const connections = await compareConnections(servers[workerCounts.indexOf(2)], servers.at(-1));
  fs.mkdirSync(path.join(build, 'bench'), {recursive: true});
  fs.writeFileSync(path.join(build, 'bench/cost.json'), JSON.stringify(
    {workers, connections: connections.ours, nginx_connections: connections.nginx}, null, 2));
} finally {
  for (const server of servers) await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
