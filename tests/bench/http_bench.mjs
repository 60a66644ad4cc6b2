// SPDX-License-Identifier: MIT
// Echo callback against nginx `return 200`.
// Peer and Ekiden alternate in the same run; medians of the rounds are compared. The load generator
// shares the cores with the servers, so CPU per request is the figure to trust, not requests/s.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {handIn} from './support/hand_in.mjs';
import {closedLoop} from './support/load.mjs';
import {ekiden, freePort, median, nginx} from './support/servers.mjs';

const rounds = 3;
const seconds = 4;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-bench-'));

const requestBody = JSON.stringify({
  output: 'out.children', outputs: {id: 'out', property: 'children'},
  inputs: [{id: 'in', property: 'value', value: 'the quick brown fox'}],
  changedPropIds: ['in.value'], parsedChangedPropsIds: ['in.value'],
});
const responseBody = JSON.stringify(
  {multi: true, response: {out: {children: 'You have selected the quick brown fox'}}});

const startNginx = async () => nginx(await freePort(), scratch, {
  http: 'keepalive_requests 1000000000;',
  server: `location / { default_type application/json; return 200 '${responseBody}'; }`,
}).serving(2);

const startEkiden = async threads =>
  ekiden(await freePort(), {workers: 2, threads}).serving(2);

async function compareEcho() {
  const servers = {
    'nginx `return 200`, 2 workers': await startNginx(),
    'Ekiden echo, 2 workers × 1 thread': await startEkiden(1),
    'Ekiden echo, 2 workers × 2 threads': await startEkiden(2),
  };
  const results = Object.fromEntries(Object.keys(servers).map(name => [name, []]));
  for (let round = 0; round < rounds; ++round)
    for (const [name, server] of Object.entries(servers))
      results[name].push(await closedLoop(server, requestBody, {seconds}));
  for (const server of Object.values(servers)) await server.stop();

  const peer = median(results[Object.keys(servers)[0]].map(({cpu}) => cpu));
  const ratios = [];
  console.log('| echo callback, keep-alive, c=64 | CPU µs/request | × nginx | requests/s | p99 ms |');
  console.log('|---|---|---|---|---|');
  for (const [name, rows] of Object.entries(results)) {
    const cpu = median(rows.map(row => row.cpu));
    console.log(`| ${name} | ${cpu.toFixed(2)} | ${(cpu / peer).toFixed(2)} | ` +
      `${Math.round(median(rows.map(row => row.rps)))} | ` +
      `${median(rows.map(row => row.p99)).toFixed(2)} |`);
    if (cpu !== peer) ratios.push({name, peer: 'nginx', ratio: peer / cpu});
  }
  handIn('http', {ratios});
}

try {
  await compareEcho();
} finally {
  fs.rmSync(scratch, {recursive: true, force: true});
}
