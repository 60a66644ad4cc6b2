// SPDX-License-Identifier: MIT
// Ten reloads by SIGHUP under load: requests that fail, and the slowest. Short callbacks over 16
// connections that are kept, as an open loop, so that a stall is charged to all who had to wait. Beside
// it the same load without reloads. Against gunicorn with a WSGI app that does next to nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {callback, ekiden, freePort, gunicorn, openLoop, pause, table, until} from
  './support/servers.mjs';

const workers = 4;
const reloads = 10;
const paceMs = 1000;
const load = {rate: 400, connections: 16, seconds: 20};
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-reloads-'));
const bodies = path.join(folder, 'bodies');
fs.writeFileSync(bodies, callback('out') + '\n');

/// A reload is over when as many new workers are there as there were.
async function reloadOften(server) {
  for (let count = 0; count < reloads; ++count) {
    await pause(paceMs);
    const old = new Set(server.workers());
    process.kill(server.child.pid, 'SIGHUP');
    await until(() => server.workers().filter(pid => !old.has(pid)).length >= workers, 'workers');
  }
}

async function measure(start) {
  const port = await freePort();
  const server = await start(port, {workers}).serving(workers);
  try {
    const calm = await openLoop(port, {...load, seconds: 5, bodies});
    let isLoaded = true;
    const loaded = openLoop(port, {...load, bodies}).finally(() => (isLoaded = false));
    await Promise.all([loaded, reloadOften(server).then(() => {
      if (!isLoaded) throw new Error(`${reloads} reloads take longer than the load`);
    })]);
    return {calm, reloaded: await loaded};
  } finally {
    await server.stop();
  }
}

try {
  const rows = [];
  for (const [name, start] of Object.entries({Ekiden: ekiden, gunicorn})) {
    const {calm, reloaded} = await measure(start);
    rows.push([name, reloaded.failed, reloaded.max_ms, reloaded.p99_ms, calm.max_ms, calm.failed]);
  }
  table([`${reloads} reloads at ${load.rate} requests/s, 4 workers × 2 threads`,
    `failed of ${load.rate * load.seconds} (goal 0)`, 'slowest ms', 'p99 ms',
    'slowest ms without reloads', 'failed without reloads', 'slowest × Ekiden\'s'],
  rows.map(([name, failed, slowest, p99, calm, calmFailed]) => [name, failed, slowest.toFixed(1),
    p99.toFixed(1), calm.toFixed(1), calmFailed, (slowest / rows[0][2]).toFixed(1)]));
} finally {
  fs.rmSync(folder, {recursive: true, force: true});
}
