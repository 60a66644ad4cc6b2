// SPDX-License-Identifier: MIT
// Twelve clients ask for one result that takes five seconds to compute, while others call a fast
// callback: how long these wait then, and without the twelve; and how often it was computed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {ask} from './support/load.mjs';
import {callback, ekiden, freePort, median, openLoop, table} from './support/servers.mjs';

const kClients = 12;
const kMs = 5000;
const rounds = 3;
const load = {rate: 200, connections: 12, seconds: 4};
const coldRequest = key => callback('cold').replace('"x"', `"${key}"`);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-cold-'));
const log = path.join(folder, 'computed');
const bodies = path.join(folder, 'bodies');
fs.writeFileSync(log, '');
fs.writeFileSync(bodies, callback('out') + '\n');

Object.assign(process.env, {EKIDEN_BENCH_MS: kMs, EKIDEN_BENCH_FILE: log});
const server = await ekiden(await freePort(), {workers: 6, threads: 2, app: 'bench_cold'}).serving(6);
try {
  const fast = async () => {
    const result = await openLoop(server.port, {...load, bodies});
    if (result.failed) throw new Error(`${result.failed} fast callbacks failed`);
    return result.p99_ms;
  };
  await fast();
  const alone = [], beside = [], seconds = [];
  for (let round = 0; round < rounds; ++round) {
    alone.push(await fast());
    const begin = performance.now();
    const cold = Array.from({length: kClients}, () => ask(server.port, coldRequest(round)));
    beside.push(await fast());
    if (performance.now() - begin > kMs)
      throw new Error('the result was there before the fast callbacks had been called');
    const answers = await Promise.all(cold);
    if (!answers.every(text => text.includes(`computed ${round}`))) throw new Error(`answers: ${answers}`);
    seconds.push((performance.now() - begin) / 1000);
  }
  const computations = fs.readFileSync(log, 'utf8').trim().split('\n').length;
  table([`${kClients} clients on one cold key of ${kMs / 1000} s, 6 workers × 2 threads, ` +
    `median of ${rounds} keys`, 'measured', 'goal'], [
    ['p99 of a fast callback meanwhile, ms', median(beside).toFixed(1), 10],
    ['the same without them, ms', median(alone).toFixed(1), ''],
    ['computations for each key', computations / rounds, 1],
    [`all ${kClients} answered after, s`, median(seconds).toFixed(2), ''],
  ]);
} finally {
  await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
