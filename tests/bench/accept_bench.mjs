// SPDX-License-Identifier: MIT
// How evenly workers are loaded, and what that does to the slowest: 4 workers × 2 threads, callbacks of
// 50 ms, an open loop at 70 % of what these can do, a connection for each request. Against gunicorn,
// whose workers share a socket too, and gunicorn as four servers of one worker, each with a socket of
// its own by SO_REUSEPORT.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {handIn} from './support/hand_in.mjs';
import {callback, ekiden, freePort, gunicorn, median, openLoop, table} from
  './support/servers.mjs';

const workers = 4, threads = 2, callbackSeconds = 0.05;
const rate = Math.round(0.7 * workers * threads / callbackSeconds);
const load = {rate, connections: 0, seconds: 8};
const rounds = 3;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-accept-'));
const bodies = path.join(folder, 'bodies');
fs.writeFileSync(bodies, callback('slow') + '\n');

/// Answers by worker since the log was looked at last: it has a line with the process for each.
function countAnswers(log) {
  const counts = {};
  for (const line of fs.readFileSync(log, 'utf8').split('\n'))
    if (line) counts[line] = (counts[line] ?? 0) + 1;
  fs.truncateSync(log);
  return Object.values(counts);
}

async function measure({log, port, servers}) {
  const results = [];
  try {
    for (const server of servers) await server.serving(workers / servers.length);
    for (let round = 0; round < rounds; ++round) {
      fs.truncateSync(log);
      const result = await openLoop(port, {...load, bodies});
      if (result.failed) throw new Error(`${result.failed} requests failed`);
      const shares = countAnswers(log);
      while (shares.length < workers) shares.push(0);
      results.push({...result, imbalance: Math.max(...shares) / Math.min(...shares)});
    }
  } finally {
    for (const server of servers) await server.stop();
  }
  const middle = key => median(results.map(result => result[key]));
  return {imbalance: middle('imbalance'), p50: middle('p50_ms'), p99: middle('p99_ms')};
}

async function start(name, servers) {
  const port = await freePort();
  const log = path.join(folder, name);
  fs.writeFileSync(log, '');
  const args = ['--access-logfile', log, '--access-logformat', '%(p)s'];
  return {log, port, servers: servers(port, args)};
}

try {
  const kinds = {
    'Ekiden': (port, args) => [ekiden(port, {workers, threads, args})],
    'gunicorn, one socket': (port, args) => [gunicorn(port, {workers, threads, args})],
    'gunicorn × 4, `--reuse-port`': (port, args) => Array.from({length: workers},
      () => gunicorn(port, {workers: 1, threads, args: [...args, '--reuse-port']})),
  };
  const rows = [];
  for (const [name, servers] of Object.entries(kinds))
    rows.push({name, ...await measure(await start(name, servers))});
  table([`${load.rate} requests/s of 50 ms, 4 workers × 2 threads (median of ${rounds})`,
    'busiest worker ÷ idlest (goal 1.3)', 'p50 ms', 'p99 ms (goal 65)', 'p99 × Ekiden\'s'],
  rows.map(({name, imbalance, p50, p99}) => [name,
    imbalance === Infinity ? '∞' : imbalance.toFixed(2), p50.toFixed(1), p99.toFixed(1),
    (p99 / rows[0].p99).toFixed(2)]));
  handIn('accept', {ratios: rows.slice(1).map(({name, p99}) => ({name: 'p99 at 70 % load, 4 × 2',
    peer: name.replaceAll('`', ''), ratio: p99 / rows[0].p99}))});
} finally {
  fs.rmSync(folder, {recursive: true, force: true});
}
