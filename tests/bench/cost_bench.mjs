// SPDX-License-Identifier: MIT
// What an echo costs with more workers, and over more connections, beside nginx `return 200`: two
// workers must not cost more than one because of what they share. The less each has to do, the fewer
// requests it finds whenever it wakes up; and with two workers on two cores the client takes one of
// them from a worker. So all is measured again with the server on one core and the client on another:
// what is left of the curves then is the server's own.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {handIn} from './support/hand_in.mjs';
import {callback, ekiden, freePort, median, nginx, table} from './support/servers.mjs';
import {post, wrk} from './support/wrk.mjs';

const rounds = 3;
const workerCounts = [1, 2, 4];
const connectionCounts = [1, 4, 16, 64, 256, 1024];
const seconds = 1;
const apart = {server: 1, client: 0};  // cores
const lua = post(callback('out'));
const answer = JSON.stringify({multi: true, response: {out: {children: 'You have selected x'}}});
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-cost-'));

const start = async workers => ekiden(await freePort(), {workers, threads: 1,
  args: ['--worker-connections', 2048]}).serving(workers);

const startNginx = async workers => nginx(await freePort(), folder, {
  workers, connections: 2048, http: 'keepalive_requests 1000000000;',
  server: `location / { default_type application/json; return 200 '${answer}'; }`,
}).serving(workers);

/// Leaves the server and its workers one core.
function pin(server) {
  for (const pid of [server.child.pid, ...server.workers()])
    execFileSync('taskset', ['-acp', apart.server, pid].map(String));
}

/// The median cost at each point; the rounds go through all points, so that a busy moment of the
/// machine is no single point's.
async function costs(points, core) {
  const results = points.map(() => []);
  for (let round = 0; round < rounds; ++round)
    for (const [i, {server, connections}] of points.entries())
      results[i].push(await wrk(server, {lua, connections, seconds, core}));
  return results.map(all => ({cpu: median(all.map(({cpu}) => cpu)), rps: median(all.map(({rps}) => rps))}));
}

/// One table and its curves: along `counts`, ours and nginx's.
async function compare(title, name, counts, base, pointsOf, core) {
  const all = await costs([...pointsOf(ours), ...pointsOf(theirs)], core);
  const [own, peer] = [all.slice(0, counts.length), all.slice(counts.length)];
  const relative = (of, i) => (of[i].cpu / of[counts.indexOf(base)].cpu).toFixed(2);
  table([...title, 'requests/s', 'nginx, CPU µs/request', '×'], counts.map((count, i) => [count,
    own[i].cpu.toFixed(2), relative(own, i), Math.round(own[i].rps), peer[i].cpu.toFixed(2),
    relative(peer, i)]));
  console.log();
  const points = all => counts.map((count, i) => [count, all[i].cpu]);
  return {title: 'CPU time of an echo', x: name, y: 'µs per request',
    series: [{name: 'Ekiden', points: points(own)}, {name: 'nginx', points: points(peer)}]};
}

const ours = [], theirs = [];
try {
  for (const workers of workerCounts) {
    ours.push(await start(workers));
    theirs.push(await startNginx(workers));
  }
  const two = workerCounts.indexOf(2);
  const alongWorkers = (where, core) => compare(
    [`workers × 1 thread, echo, c=64${where}`, 'CPU µs/request', '× with one (goal 1.05)'],
    `workers${where}`, workerCounts, 1, servers => servers.map(server => ({server, connections: 64})),
    core);
  const alongConnections = (where, counts, core) => compare(
    [`connections, echo, 2 workers × 1 thread${where}`, 'CPU µs/request', '× with 64 (flat from there)'],
    `connections${where}`, counts, 64,
    servers => counts.map(count => ({server: servers[two], connections: count})), core);
  const curves = [await alongWorkers(''), await alongConnections('', connectionCounts)];
  if (os.cpus().length > 1) {
    for (const server of [...ours, ...theirs]) pin(server);
    const where = ', server and client on a core each';
    curves.push(await alongWorkers(where, apart.client),
      await alongConnections(where, connectionCounts.filter(count => count >= 64), apart.client));
  }
  handIn('cost', {curves});
} finally {
  for (const server of [...ours, ...theirs]) await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
