// SPDX-License-Identifier: MIT
// One configuration of the caching-and-signaling app under load: first all ask for what nobody has
// computed yet; then a closed loop (wrk), and an open one at a part of what the closed one did,
// with connections that are kept; then both again with a connection for each request.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {LoadedServer} from './server.mjs';

const kAskersPerValue = 8;
const kPartOfClosedLoop = 0.7;

const callback = (id, property, input) => JSON.stringify({
  output: `${id}.${property}`, outputs: {id, property}, inputs: [input],
  changedPropIds: [`${input.id}.${input.property}`], state: [],
});

/// What the page sends when a value is chosen: the signal, then the four graphs.
function requestsFor(value) {
  const chosen = {id: 'dropdown', property: 'value', value};
  const signal = {id: 'signal', property: 'children', value};
  return [callback('signal', 'children', chosen),
    ...[1, 2, 3, 4].map(graph => callback(`graph-${graph}`, 'figure', signal))];
}

async function output(command, args) {
  const child = spawn(command, args.map(String), {stdio: ['ignore', 'pipe', 'inherit']});
  let text = '';
  child.stdout.on('data', chunk => (text += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return text;
}

function withShares(result, server) {
  const answers = server.answersByWorker();
  const all = answers.reduce((sum, count) => sum + count, 0);
  return {...result, rate: result.answered / result.seconds,
    shares: answers.map(count => count / all)};
}

/// A closed and an open loop. `connections` 0: a connection for each request.
async function bothLoops(tools, server, {connections, clients, seconds, bodies}) {
  const text = await output(tools.wrk, ['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '10s',
    '-s', new URL('callbacks.lua', import.meta.url).pathname, server.url, '--', bodies,
    ...(connections === 0 ? ['close'] : [])]);
  const closed = withShares(JSON.parse(/^RESULT (.*)$/m.exec(text)[1]), server);
  const wanted = Math.floor(closed.rate * kPartOfClosedLoop);
  const open = withShares(JSON.parse(await output(tools.openLoop,
    [`127.0.0.1:${server.port}`, wanted, connections, seconds, bodies])), server);
  return {closed, open: {...open, wanted}};
}

/// Returns {workers, threads, kept, anew, values, computations, waits, pss}. `kept` and `anew` are
/// the loops {closed, open} with connections that are kept, or made anew; of each loop: rate,
/// p50_ms, p99_ms, failed and the shares of the workers.
/// `tools`: paths of the programs: ekiden, app, openLoop, wrk.
export async function measure(tools, {workers, threads, values, connections = 16, seconds}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-load-'));
  const bodies = path.join(folder, 'bodies');
  fs.writeFileSync(bodies, values.flatMap(requestsFor).join('\n') + '\n');
  let server;
  try {
    server = await LoadedServer.start({program: tools.ekiden, app: tools.app, folder, workers,
      threads});
    await Promise.all(values.flatMap(value =>
      Array.from({length: kAskersPerValue}, () => server.post(requestsFor(value)[0]))));
    server.answersByWorker();
    const load = {clients: connections, seconds, bodies};
    const kept = await bothLoops(tools, server, {...load, connections});
    const anew = await bothLoops(tools, server, {...load, connections: 0});
    const {computations, waits} = server.cacheStatistics();
    return {workers, threads, kept, anew, values: values.length, computations, waits,
      pss: server.workersPss()};
  } finally {
    await server?.stop();
    fs.rmSync(folder, {recursive: true, force: true});
  }
}
