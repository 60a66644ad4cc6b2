// SPDX-License-Identifier: MIT
// What an echo costs with more workers, and over more connections, beside nginx `return 200`: two
// workers must not cost more than one because of what they share. The less each has to do, the fewer
// requests it finds whenever it wakes up.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {handIn} from './support/hand_in.mjs';
import {callback, ekiden, freePort, median, Running, table} from './support/servers.mjs';
import {post, wrk} from './support/wrk.mjs';

const rounds = 3;
const workerCounts = [1, 2, 4];
const connectionCounts = [1, 4, 16, 64, 256, 1024];
const lua = post(callback('out'));
const answer = JSON.stringify({multi: true, response: {out: {children: 'You have selected x'}}});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-cost-'));

const start = async workers => ekiden(await freePort(), {workers, threads: 1,
  args: ['--worker-connections', 2048]}).serving(workers);

async function startNginx(workers) {
  const port = await freePort();
  const config = path.join(folder, `nginx-${workers}.conf`);
  fs.writeFileSync(config, `
    daemon off; worker_processes ${workers}; pid ${folder}/nginx-${workers}.pid; error_log ${folder}/error.log;
    events { worker_connections 2048; }
    http { access_log off; keepalive_requests 1000000000; client_body_temp_path ${folder};
           server { listen 127.0.0.1:${port};
                    location / { default_type application/json; return 200 '${answer}'; } } }`);
  return new Running('nginx', ['-c', config, '-p', folder], port, () => true).serving(workers);
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

/// One table and its curves: along `counts`, ours and nginx's.
async function compare(title, name, counts, base, pointsOf, seconds) {
  const all = await costs([...pointsOf(ours), ...pointsOf(theirs)], seconds);
  const [own, peer] = [all.slice(0, counts.length), all.slice(counts.length)];
  const relative = (of, i) => (of[i].cpu / of[counts.indexOf(base)].cpu).toFixed(2);
  table([...title, 'requests/s', 'nginx, CPU µs/request', '×'], counts.map((count, i) => [count,
    own[i].cpu.toFixed(2), relative(own, i), Math.round(own[i].rps), peer[i].cpu.toFixed(2),
    relative(peer, i)]));
  const points = all => counts.map((count, i) => [count, all[i].cpu]);
  return {title: `CPU time of an echo along ${name}`, x: name, y: 'µs per request',
    series: [{name: 'Ekiden', points: points(own)}, {name: 'nginx', points: points(peer)}]};
}

const ours = [], theirs = [];
try {
  for (const workers of workerCounts) {
    ours.push(await start(workers));
    theirs.push(await startNginx(workers));
  }
  const workers = await compare(
    ['workers × 1 thread, echo, c=64', 'CPU µs/request', '× with one (goal 1.05)'], 'workers',
    workerCounts, 1, servers => servers.map(server => ({server, connections: 64})), 1);
  console.log();
  const two = workerCounts.indexOf(2);
  const connections = await compare(
    ['connections, echo, 2 workers × 1 thread', 'CPU µs/request', '× with 64 (flat from there)'],
    'connections', connectionCounts, 64,
    servers => connectionCounts.map(count => ({server: servers[two], connections: count})), 1);
  handIn('cost', {curves: [workers, connections]});
} finally {
  for (const server of [...ours, ...theirs]) await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
