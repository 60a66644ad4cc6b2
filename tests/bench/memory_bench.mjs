// SPDX-License-Identifier: MIT
// What each idle worker has for itself beyond the pages that it shares with others, with few workers and
// with many, against gunicorn with a WSGI app that does next to nothing; and what each of 5,000 idle
// connections costs the workers, against nginx.
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import {privateBytes, pss} from '../browser/support/server.mjs';
import {handIn} from './support/hand_in.mjs';
import {answer, ekiden, freePort, gunicorn, nginx, pause, sum, table} from
  './support/servers.mjs';

const kConnections = 5000;
const kSettleMs = 2000;  // idle connections have given their buffers back
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-memory-'));
const ratios = [];
const mib = bytes => (bytes / 1048576).toFixed(2);
const mean = values => sum(values) / values.length;

async function measureWorkers(start, count) {
  const server = await start(await freePort(), {workers: count}).serving(count);
  try {
    await pause(kSettleMs);
    const workers = server.workers();
    return {own: mean(workers.map(privateBytes)), pss: mean(workers.map(pss))};
  } finally {
    await server.stop();
  }
}

async function compareWorkers() {
  const rows = [];
  for (const count of [4, 64]) {
    const ours = await measureWorkers(ekiden, count);
    const theirs = await measureWorkers(gunicorn, count);
    ratios.push({name: `private memory of an idle worker of ${count}`, peer: 'gunicorn',
      ratio: theirs.own / ours.own});
    rows.push([`${count} workers × 2 threads`, mib(ours.own), mib(theirs.own),
      (theirs.own / ours.own).toFixed(1), mib(ours.pss), mib(theirs.pss)]);
  }
  table(['idle worker, MiB', 'Ekiden, private (goal 1.5)', 'gunicorn, private', '÷ Ekiden\'s',
    'Ekiden, PSS', 'gunicorn, PSS'], rows);
}

const startNginx = (port, {workers}) => nginx(port, folder, {
  workers, connections: kConnections, http: 'keepalive_timeout 75s;',
  server: "location / { return 200 '{}'; }",
});

/// Connections that have had one answer each.
async function connectOften(port) {
  const sockets = [];
  while (sockets.length < kConnections) {
    const some = Array.from({length: 100}, () => net.connect(port, '127.0.0.1'));
    await Promise.all(some.map(async socket => {
      socket.write('GET /_dash-layout HTTP/1.1\r\nHost: bench\r\n\r\n');
      const [data] = await once(socket, 'data');
      if (!String(data).startsWith('HTTP/1.1 200')) throw new Error(`answer: ${data}`);
    }));
    sockets.push(...some);
  }
  return sockets;
}

async function measureConnections(start, workers) {
  const port = await freePort();
  const server = await start(port, {workers, args: ['--worker-connections', kConnections]})
    .serving(workers);
  const ownBytes = () => sum(server.workers().map(privateBytes));
  let sockets = [];
  try {
    // Every worker has served, so that what it keeps for itself is there.
    for (let count = 0; count < 100; ++count) await answer(port);
    await pause(kSettleMs);
    const before = ownBytes();
    sockets = await connectOften(port);
    await pause(kSettleMs);
    return (ownBytes() - before) / kConnections / 1024;
  } finally {
    sockets.forEach(socket => socket.destroy());
    await server.stop();
  }
}

try {
  await compareWorkers();
  console.log();
  const [ours, theirs] = [await measureConnections(ekiden, 2), await measureConnections(startNginx, 2)];
  table([`${kConnections} idle connections, 2 workers`, 'private KiB each (goal 6)', '× nginx'], [
    ['Ekiden', ours.toFixed(2), (ours / theirs).toFixed(2)], ['nginx', theirs.toFixed(2), '1.00']]);
  ratios.push({name: `memory of ${kConnections} idle connections`, peer: 'nginx', ratio: theirs / ours});
  handIn('memory', {ratios});
} finally {
  fs.rmSync(folder, {recursive: true, force: true});
}
