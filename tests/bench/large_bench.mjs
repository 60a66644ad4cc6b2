// SPDX-License-Identifier: MIT
// Values of 10 MB into callbacks and out of them, and a figure of a million points out of a cached
// frame: what each MB costs the server, in CPU time, and how much private memory its worker takes
// for it at the most. 1 GB/s is 1 ms of CPU time for each MB.
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';

import {cpuTime} from './support/load.mjs';
import {answer, ekiden, freePort, median, table, until} from './support/servers.mjs';

const kMegabyte = 1e6;
const rounds = 3;
const requests = 20;

const request = (output, property, value) => {
  const body = JSON.stringify({
    output: `${output}.${property}`, outputs: {id: output, property},
    inputs: [{id: 'in', property: value === undefined ? 'modified_timestamp' : 'data', value}],
    changedPropIds: ['in.data'],
  });
  return Buffer.from('POST /_dash-update-component HTTP/1.1\r\nHost: bench\r\n' +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};

/// One answer over a kept connection: its body's size, and the body if it is wanted.
async function exchange(socket, bytes, wanted = false) {
  socket.write(bytes);
  let head = '', left = Infinity, size = 0;
  const pieces = [];
  while (left > 0) {
    let [piece] = await once(socket, 'data');
    if (left === Infinity) {
      head += piece.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      if (!head.startsWith('HTTP/1.1 200')) throw new Error(`answer: ${head.slice(0, 300)}`);
      left = size = Number(/content-length: (\d+)/i.exec(head)[1]);
      piece = Buffer.from(head.slice(end + 4), 'latin1');
    }
    left -= piece.length;
    if (wanted) pieces.push(piece);
  }
  return {size, body: wanted ? JSON.parse(Buffer.concat(pieces)) : null};
}

const statusOf = (pid, field) =>
  1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(
    fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/// The most private memory that one request has a worker take that has done nothing yet: the old one
/// is killed. What is cached stays.
async function peakOf(server, bytes) {
  const [old] = server.workers();
  process.kill(old, 'SIGKILL');
  await until(() => server.workers().some(pid => pid !== old), 'successor');
  await answer(server.port);
  const [worker] = server.workers().filter(pid => pid !== old);
  const idle = statusOf(worker, 'RssAnon');
  const socket = await open(server.port);
  await exchange(socket, bytes);
  socket.destroy();
  const shared = statusOf(worker, 'RssShmem') + statusOf(worker, 'RssFile');
  return statusOf(worker, 'VmHWM') - shared - idle;
}

async function open(port) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function measure(server, socket, bytes) {
  let size;
  await exchange(socket, bytes);
  const before = cpuTime(server.child.pid);
  for (let i = 0; i < requests; ++i) ({size} = await exchange(socket, bytes));
  return {ms: (cpuTime(server.child.pid) - before) / requests / 1000, size};
}

const sentences = 'The quick brown fox jumps over the lazy dog, again.\n'.repeat(192_307);
const numbers = Array.from({length: 526_315}, (_, i) => Math.sin(i * 0.7));

async function makeRows(socket) {
  const base64 = (await exchange(socket, request('base64', 'data'), true)).body.response.base64.data;
  return [
    ['text in', request('size', 'data', sentences), 1000],
    ['base64 of a frame in', request('rows', 'data', base64), 1000],
    ['numbers in', request('sum', 'data', numbers), 300],
    ['text out', request('text', 'data'), 1000],
    ['base64 of a frame out', request('base64', 'data'), 1000],
    ['numbers out', request('numbers', 'data'), 400],
    ['figure of 1 M points', request('graph', 'figure'), 2000],
  ].map(([name, bytes, goal]) => ({name, bytes, goal, isInput: name.endsWith(' in'),
    isOfSetUp: name.endsWith(' out')}));  // its memory is the mold's, of which the worker reads
}

/// What the callbacks answer is right.
async function check(socket, rows) {
  const answerOf = async name =>
    (await exchange(socket, rows.find(row => row.name === name).bytes, true)).body.response;
  const expect = (what, got, wanted) => {
    if (got !== wanted) throw new Error(`${what}: ${got} instead of ${wanted}`);
  };
  expect('size', (await answerOf('text in')).size.data, sentences.length);
  expect('rows', (await answerOf('base64 of a frame in')).rows.data, 10_000_000 / 4 * 3 / 8);
  expect('sum', (await answerOf('numbers in')).sum.data, numbers.reduce((a, b) => a + b));
  expect('text', (await answerOf('text out')).text.data, sentences);
  expect('numbers', (await answerOf('numbers out')).numbers.data.length, 526_315);
  const [trace] = (await answerOf('figure of 1 M points')).graph.figure.data;
  expect('points', Buffer.from(trace.x.bdata, 'base64').readDoubleLE(8 * 999_999), 999_999);
}

const server = await ekiden(await freePort(), {workers: 1, threads: 1, app: 'bench_large',
  args: ['--timeout', 60]}).serving(1);
try {
  const socket = await open(server.port);
  const rows = await makeRows(socket);
  await check(socket, rows);
  const results = new Map(rows.map(row => [row, []]));
  for (let round = 0; round < rounds; ++round)
    for (const row of rows) results.get(row).push(await measure(server, socket, row.bytes));
  socket.destroy();
  const lines = [];
  for (const row of rows) {
    const ms = median(results.get(row).map(result => result.ms));
    const bytes = row.isInput ? row.bytes.length : results.get(row)[0].size;
    const peak = row.isOfSetUp ? 0 : await peakOf(server, row.bytes);
    const speed = bytes / kMegabyte / (ms / 1000);
    lines.push([row.name, (bytes / kMegabyte).toFixed(1), ms.toFixed(1), Math.round(speed), row.goal,
      (speed / row.goal).toFixed(2), row.isOfSetUp ? '' : (peak / bytes).toFixed(2)]);
  }
  table(['large values, 1 worker × 1 thread', 'MB', 'CPU ms/request', 'MB/s of CPU time', 'goal',
    'reached', 'peak private memory ÷ size'], lines);
} finally {
  await server.stop();
}
