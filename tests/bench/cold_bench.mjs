// SPDX-License-Identifier: MIT
// Twelve clients ask for one result that takes five seconds to compute, while others call a fast
// callback: how long these wait then, and without the twelve; and how often it was computed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {ask} from './support/load.mjs';
import {callback, ekiden, freePort, openLoop, table} from './support/servers.mjs';

const kClients = 12;
const kMs = 5000;
const load = {rate: 200, connections: 12, seconds: 4};
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-cold-'));
const log = path.join(folder, 'computed');
const bodies = path.join(folder, 'bodies');
fs.writeFileSync(log, '');
fs.writeFileSync(bodies, callback('out') + '\n');

Object.assign(process.env, {EKIDEN_BENCH_MS: kMs, EKIDEN_BENCH_FILE: log});
const server = await ekiden(await freePort(), {workers: 6, threads: 2, app: 'bench_cold'}).serving(6);
try {
  const fast = () => openLoop(server.port, {...load, bodies});
  await fast();
  const alone = await fast();
  const begin = performance.now();
  const cold = Array.from({length: kClients}, () => ask(server.port, callback('cold')));
  const beside = await fast();
  if (performance.now() - begin > kMs)
    throw new Error('the result was there before the fast callbacks had been called');
  if (beside.failed || alone.failed) throw new Error('fast callbacks failed');
  const answers = await Promise.all(cold);
  const seconds = (performance.now() - begin) / 1000;
  const computations = fs.readFileSync(log, 'utf8').trim().split('\n').length;
  if (!answers.every(text => text.includes('computed x'))) throw new Error(`answers: ${answers}`);
  table([`${kClients} clients on one cold key of ${kMs / 1000} s, 6 workers × 2 threads`, 'measured', 'goal'], [
    ['p99 of a fast callback meanwhile, ms', beside.p99_ms.toFixed(1), 10],
    ['the same before, ms', alone.p99_ms.toFixed(1), ''],
    ['computations', computations, 1],
    [`all ${kClients} answered after, s`, seconds.toFixed(2), ''],
  ]);
} finally {
  await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
