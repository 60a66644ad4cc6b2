// SPDX-License-Identifier: MIT
// What a large page asks for first, 10,000 components and 1,000 callbacks, against nginx that has the
// same bytes as files, compressed beforehand: `gzip_static`.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

import {ekiden, freePort, median, nginx, table} from './support/servers.mjs';
import {wrk} from './support/wrk.mjs';

const rounds = 3;
const resources = [['index', '/'], ['layout', '/_dash-layout'], ['dependencies', '/_dash-dependencies']];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-page-'));

/// As the server sends it: fetch() would unpack it.
function fetchRaw(port, target, coding) {
  return new Promise((resolve, reject) => {
    http.get({port, host: '127.0.0.1', path: target, headers: {'Accept-Encoding': coding}}, response => {
      const pieces = [];
      response.on('data', piece => pieces.push(piece));
      response.on('end', () => resolve({bytes: Buffer.concat(pieces),
        coding: response.headers['content-encoding'], type: response.headers['content-type']}));
    }).on('error', reject);
  });
}

/// nginx with what Ekiden has just sent.
async function startNginx(source) {
  for (const [name, target] of resources) {
    for (const [coding, suffix] of [['identity', ''], ['gzip', '.gz']]) {
      const {bytes} = await fetchRaw(source, target, coding);
      fs.writeFileSync(path.join(folder, name + suffix), bytes);
    }
  }
  return nginx(await freePort(), folder, {
    http: `keepalive_requests 1000000000; sendfile on; tcp_nopush on; gzip_static on; gzip_vary on;
      default_type application/json;`,
    server: `root ${folder};
      location = / { try_files /index =404; }
      location = /_dash-layout { try_files /layout =404; }
      location = /_dash-dependencies { try_files /dependencies =404; }`,
  }).serving(2);
}

Object.assign(process.env, {EKIDEN_BENCH_COMPONENTS: 10_000, EKIDEN_BENCH_CALLBACKS: 1000});
const ours = await ekiden(await freePort(), {workers: 2, threads: 1, app: 'bench_page'}).serving(2);
try {
  const theirs = await startNginx(ours.port);
  try {
    const rows = [];
    for (const [name, target] of resources) {
      const sent = await Promise.all([ours, theirs].map(({port}) => fetchRaw(port, target, 'gzip')));
      if (!sent[0].bytes.equals(sent[1].bytes) || sent.some(one => one.coding !== 'gzip'))
        throw new Error(`${target}: nginx does not send the same bytes as Ekiden`);
      const request = {path: target, lua: 'wrk.headers["Accept-Encoding"] = "gzip"'};
      const results = [[], []];
      for (let round = 0; round < rounds; ++round)
        for (const [i, server] of [ours, theirs].entries()) results[i].push(await wrk(server, request));
      const [own, peer] = results.map(all => median(all.map(({cpu}) => cpu)));
      rows.push([name, sent[0].bytes.length, own.toFixed(1), peer.toFixed(1), (own / peer).toFixed(2)]);
    }
    table(['page of 10,000 components and 1,000 callbacks, gzip, 2 workers, c=64', 'bytes',
      'Ekiden, CPU µs/request', 'nginx `gzip_static`', '× nginx (goal 1.2)'], rows);
  } finally {
    await theirs.stop();
  }
} finally {
  await ours.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
