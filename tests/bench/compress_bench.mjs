// SPDX-License-Identifier: MIT
// What it costs to compress answers, and what it saves: each answer as it is and packed, over the
// same server, and the same bytes as files of nginx with `gzip on`. Compression is the difference
// in CPU time; the link at which saved bytes are worth just that time is the break-even.
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

import {ekiden, freePort, median, nginx, table} from './support/servers.mjs';
import {post, wrk} from './support/wrk.mjs';

const rounds = 3;
// Those named after the build folder, or all.
const answers = process.argv.length > 3 ? process.argv.slice(3)
  : ['table', 'figure', 'components', 'points'];
const kLarge = 1e6;  // so large that a connection or two keep the server busy
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-compress-'));

const body = name => JSON.stringify({output: `${name}.data`, outputs: {id: name, property: 'data'},
  inputs: [{id: 'in', property: 'data', value: 1}], changedPropIds: ['in.data']});

/// As the server sends it: fetch() would unpack it.
function ask(port, name, coding) {
  return new Promise((resolve, reject) => {
    http.request({port, host: '127.0.0.1', method: 'POST', path: '/_dash-update-component',
      headers: {'Content-Type': 'application/json', 'Accept-Encoding': coding}}, response => {
      const pieces = [];
      response.on('data', piece => pieces.push(piece));
      response.on('end', () => resolve(Buffer.concat(pieces)));
    }).on('error', reject).end(body(name));
  });
}

/// nginx with what Ekiden has sent as it is.
async function startNginx(bodies) {
  for (const [name, bytes] of Object.entries(bodies)) fs.writeFileSync(path.join(folder, name), bytes);
  return nginx(await freePort(), folder, {
    http: `keepalive_requests 1000000000; sendfile on; tcp_nopush on; gzip on; gzip_types application/json;
      gzip_min_length 1000; default_type application/json;`,
    server: `root ${folder}; location = /_dash-layout { return 200; }`,
  }).serving(2);
}

const accepting = coding => `wrk.headers["Accept-Encoding"] = "${coding}"`;

async function measure(ours, theirs, name, size) {
  const load = size > kLarge ? {connections: 2, seconds: 2} : {seconds: 1};
  const ways = {
    plain: [ours, {lua: `${post(body(name))}\n${accepting('identity')}`}],
    gzip: [ours, {lua: `${post(body(name))}\n${accepting('gzip')}`}],
    br: [ours, {lua: `${post(body(name))}\n${accepting('br')}`}],
    nginxPlain: [theirs, {path: `/${name}`, lua: accepting('identity')}],
    nginxGzip: [theirs, {path: `/${name}`, lua: accepting('gzip')}],
  };
  const results = Object.fromEntries(Object.keys(ways).map(way => [way, []]));
  for (let round = 0; round < rounds; ++round)
    for (const [way, [server, request]] of Object.entries(ways))
      results[way].push((await wrk(server, {...request, ...load})).cpu);
  return Object.fromEntries(Object.entries(results).map(([way, all]) => [way, median(all)]));
}

const ours = await ekiden(await freePort(), {workers: 2, threads: 1, app: 'bench_pack'}).serving(2);
try {
  const sent = {};
  for (const name of answers)
    for (const coding of ['identity', 'gzip', 'br'])
      (sent[name] ??= {})[coding] = await ask(ours.port, name, coding);
  const theirs = await startNginx(Object.fromEntries(answers.map(name => [name, sent[name].identity])));
  try {
    const rows = [];
    for (const name of answers) {
      const size = sent[name].identity.length;
      const cpu = await measure(ours, theirs, name, size);
      const peer = cpu.nginxGzip - cpu.nginxPlain;
      for (const coding of ['gzip', 'br']) {
        const bytes = sent[name][coding].length;
        const cost = cpu[coding] - cpu.plain;
        rows.push([name, coding, size, `${bytes} (${Math.round(100 * bytes / size)} %)`,
          cpu.plain.toFixed(1), cost.toFixed(1), Math.round((size - bytes) * 8 / cost), peer.toFixed(1),
          (cost / peer).toFixed(2)]);
      }
    }
    table(['answer', 'coding', 'bytes', 'sent', 'CPU µs/request as it is', 'compression, µs',
      'break-even, Mbit/s', 'nginx `gzip on`, µs', '× nginx'], rows);
  } finally {
    await theirs.stop();
  }
} finally {
  await ours.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
