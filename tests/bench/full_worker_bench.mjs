// SPDX-License-Identifier: MIT
// A fast callback over a connection whose worker has just become full, while siblings are idle. Each
// round opens connections, which spread over the workers, fills one worker's only thread by one of
// them, and asks a fast callback over all others at once: the slowest is one that was handed over.
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const build = path.resolve(process.argv[2]);
process.env.EKIDEN_PROGRAM = path.join(build, 'ekiden');
const {Server} = await import('../browser/support/server.mjs');

const rounds = 40;
const connections = 12;
const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

function ask(agent, port, output, value = 'x') {
  const body = JSON.stringify({
    output: `${output}.children`, outputs: {id: output, property: 'children'},
    inputs: [{id: 'in', property: 'value', value}], changedPropIds: ['in.value'],
  });
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const request = http.request({agent, port, host: '127.0.0.1', method: 'POST',
      path: '/_dash-update-component', headers: {'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body)}}, async response => {
      response.resume();
      await once(response, 'end');
      if (response.statusCode === 200) resolve(performance.now() - begin);
      else reject(new Error(`status ${response.statusCode}`));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-full-'));
const pipe = path.join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);
const server = await Server.start(path.join(build, 'apps/bench_echo.so'), {workers: 4, threads: 1});
try {
  const slowest = [], all = [], idle = [];
  for (let round = 0; round < rounds; ++round) {
    const agents = Array.from({length: connections},
      () => new http.Agent({keepAlive: true, maxSockets: 1}));
    for (const agent of agents) await ask(agent, server.port, 'out');
    const askAll = () =>
      Promise.all(agents.slice(1).map(agent => ask(agent, server.port, 'out')));
    idle.push(...await askAll());
    const held = ask(agents[0], server.port, 'held', pipe);
    const end = await fs.promises.open(pipe, 'w');  // once the callback reads
    const times = await askAll();
    slowest.push(Math.max(...times));
    all.push(...times);
    await end.write('go on\n');
    await end.close();
    await held;
    for (const agent of agents) agent.destroy();
  }
  console.log('| fast callback while its worker is full, 4 workers × 1 thread | ms |');
  console.log('|---|---|');
  console.log(`| slowest of ${connections - 1} connections, median of ${rounds} rounds | ` +
    `${quantile(slowest, 0.5).toFixed(2)} |`);
  console.log(`| p99 of all | ${quantile(all, 0.99).toFixed(2)} |`);
  console.log(`| p99 while no worker is full | ${quantile(idle, 0.99).toFixed(2)} |`);
} finally {
  await server.stop();
  fs.rmSync(folder, {recursive: true});
}
