// SPDX-License-Identifier: MIT
// The same callbacks in Ekiden and in Python: plain Flask, pandas and Flask-Caching with Redis under
// gunicorn. Both sides must answer the same before they are measured; then they alternate, and medians
// of the CPU time per request are compared. Redis' own time counts for Python.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {handIn} from './support/hand_in.mjs';
import {ask, closedLoop, countedLoop} from './support/load.mjs';
import {ekiden, freePort, gunicorn, median, redis, table} from './support/servers.mjs';

const workers = 2, rounds = 3;

/// The body of a request for a callback with one input.
function request(output, value) {
  const [id, property] = output.split('.');
  return JSON.stringify({output, outputs: {id, property},
    inputs: [{id: 'in', property: 'value', value}], changedPropIds: ['in.value'],
    parsedChangedPropsIds: ['in.value']});
}

const kBytes = {f8: Float64Array, i4: Int32Array};

/// The answer with typed arrays as lists, so that it can be compared with Python's.
function decode(text) {
  return JSON.parse(text, (_, value) => {
    if (typeof value?.bdata !== 'string') return value;
    const bytes = Buffer.from(value.bdata, 'base64');
    return [...new kBytes[value.dtype](bytes.buffer.slice(bytes.byteOffset,
      bytes.byteOffset + bytes.length))];
  });
}

const short = {load: closedLoop, options: {connections: 64, seconds: 2}};
const long = {load: countedLoop};
const echo = {...short, output: 'out.children', value: 'the quick brown fox', goal: 30};

/// The callbacks by what both sides must run for them. With one thread gunicorn closes each
/// connection, which costs it a little less CPU time than its other kind of worker takes.
const groups = [
  {app: 'bench_echo', peer: 'peer_flask', threads: 1, rows: [{...echo, name: 'echo'}]},
  {app: 'bench_echo', peer: 'peer_flask', threads: 2, rows: [{...echo, name: 'echo'}]},
  {app: 'bench_data', peer: 'peer_pandas', threads: 2, rows: [
    {...short, name: 'filter of 1,000 rows', output: 'filter-small.children', goal: 50},
    {...long, name: 'filter of 10 M rows', output: 'filter-large.children', goal: 3,
      requests: {ekiden: 12, python: 6}},
    {...long, name: 'the same, pandas with a categorical column', output: 'filter-large.children',
      peer: 'filter-categorical.children', requests: {ekiden: 12, python: 12}},
    {...short, name: 'graph of 100 cached rows', output: 'graph-small.figure', value: 'apples',
      goal: 50},
    {...long, name: 'graph of 400,000 cached rows added up by day', output: 'graph-large.figure',
      goal: 500, requests: {ekiden: 10_000, python: 40}},
    {...long, name: 'the same, nothing remembered', output: 'graph-anew.figure',
      peer: 'graph-large.figure', requests: {ekiden: 400, python: 40}},
    {...short, name: 'the same, the sums cached on both sides', output: 'graph-totals.figure'},
  ]},
];

const bodies = ({output, peer = output, value = 'figs'}) =>
  [request(output, value), request(peer, value)];

/// Throws unless both sides give the same.
async function compareAnswers(row, servers) {
  const [ours, theirs] = await Promise.all([servers.ekiden, servers.python].map(
    async (server, at) => Object.values(decode(await ask(server.port, bodies(row)[at])).response)[0]));
  for (const {figure} of [ours, theirs]) if (figure) figure.layout ??= {};
  assert.deepEqual(ours, theirs, `${row.name}: Ekiden and Python do not answer the same`);
}

async function measure(row, servers, cache) {
  const [ours, theirs] = bodies(row);
  await compareAnswers(row, servers);
  const results = {ekiden: [], python: []};
  for (let round = 0; round < rounds; ++round) {
    for (const [side, body] of [['ekiden', ours], ['python', theirs]]) {
      const others = side === 'python' ? [cache.child.pid] : [];
      results[side].push(await row.load(servers[side], body,
        {...row.options, requests: row.requests?.[side], others}));
    }
  }
  const middle = side => Object.fromEntries(
    ['cpu', 'rps', 'p99'].map(key => [key, median(results[side].map(result => result[key]))]));
  const [mine, peers] = [middle('ekiden'), middle('python')];
  return {...row, mine, peers, ratio: peers.cpu / mine.cpu};
}

async function compare({app, peer, threads, rows}, cache) {
  const servers = {
    ekiden: await ekiden(await freePort(), {workers, threads, app}).serving(workers),
    python: await gunicorn(await freePort(), {workers, threads, app: peer,
      args: ['--preload']}).serving(workers),
  };
  try {
    const results = [];
    for (const row of rows) {
      const name = `${row.name}, ${workers} × ${threads}`;
      results.push(await measure({...row, name}, servers, cache));
    }
    return results;
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

const figure = value =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-python-'));
process.env.REDIS_SOCKET = path.join(folder, 'redis.sock');
const cache = await redis(process.env.REDIS_SOCKET);
try {
  const results = [];
  for (const group of groups) results.push(...await compare(group, cache));
  table([`callback, workers × threads (medians of ${rounds})`, 'Ekiden: CPU µs/request',
    'requests/s', 'p99 ms', 'Python: CPU µs/request', 'requests/s', 'p99 ms', 'CPU ÷ Ekiden\'s',
    'goal'],
  results.map(({name, mine, peers, ratio, goal}) => [name,
    ...[mine, peers].flatMap(({cpu, rps, p99}) => [cpu, rps, p99].map(figure)), figure(ratio),
    goal ?? '']));
  handIn('python', {ratios: results.map(
    ({name, ratio, goal}) => ({name, peer: 'Python', ratio, goal}))});
} finally {
  await cache.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
