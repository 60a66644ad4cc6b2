// SPDX-License-Identifier: MIT
// The open-loop client against servers that answer late, wrongly or not at all.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {promisify} from 'node:util';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-open-loop-'));
const bodies = path.join(folder, 'bodies');
fs.writeFileSync(bodies, '{"one":1}\n{"two":2}\n');
after(() => fs.rmSync(folder, {recursive: true, force: true}));

const client = promisify(execFile).bind(null, process.env.EKIDEN_OPEN_LOOP);

/// Runs the client against a server with this handler, on a unix socket.
async function run(handler, {rate, connections: kept, seconds}) {
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', chunk => (text += chunk));
    request.on('end', () => handler(response, text));
  });
  const socket = path.join(folder, 'socket');
  let connections = 0;
  server.on('connection', () => ++connections);
  server.listen(socket);
  await once(server, 'listening');
  try {
    const args = [`unix:${socket}`, rate, kept, seconds, bodies];
    const {stdout} = await client(args.map(String));
    return {...JSON.parse(stdout), connections};
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

const answer = response => response.writeHead(200, {'Content-Length': 2}).end('{}');

test('sends the bodies in turn, at its rate, and counts the answers', async () => {
  const received = [];
  const result = await run((response, text) => {
    received.push(text);
    answer(response);
  }, {rate: 200, connections: 2, seconds: 0.5});

  assert.equal(received.length, 100);
  assert.equal(received.filter(text => text === '{"one":1}').length, 50);
  assert.equal(result.answered, 100);
  assert.equal(result.failed, 0);
  assert.equal(result.connections, 2);
  assert.ok(result.seconds >= 0.49, 'the last request is not due before');
});

test('without connections to keep each request has one of its own', async () => {
  const result = await run(answer, {rate: 200, connections: 0, seconds: 0.25});

  assert.equal(result.answered, 50);
  assert.equal(result.connections, 50);
});

test('a stall is charged to all whose requests were due meanwhile', async () => {
  let asked = 0;
  const result = await run(response => {
    if (++asked === 1) setTimeout(() => answer(response), 500);
    else answer(response);
  }, {rate: 100, connections: 1, seconds: 1});

  // Of 100 requests the first 50 waited 500, 490, 480, … ms. A closed loop would see one slow one.
  assert.equal(result.answered, 100);
  assert.ok(result.max_ms >= 500);
  assert.ok(result.p90_ms >= 350, `${result.p90_ms}`);
});

test('errors and lost connections are failures', async () => {
  let asked = 0;
  const result = await run(response => {
    if (++asked === 3) return response.writeHead(503, {'Content-Length': 0}).end();
    if (asked === 5) return response.destroy();
    answer(response);
  }, {rate: 100, connections: 2, seconds: 0.1});

  assert.equal(result.answered, 8);
  assert.equal(result.failed, 2);
  assert.equal(result.connections, 3, 'the lost one was made again');
});

test('connections that the server says it closes are made again, without a loss', async () => {
  const result = await run(response => {
    response.writeHead(200, {'Content-Length': 2, Connection: 'close'}).end('{}');
  }, {rate: 100, connections: 1, seconds: 0.3});

  assert.equal(result.answered, 30);
  assert.ok(result.connections >= 30, `${result.connections}`);
});

test('without a server it says so', async () => {
  await assert.rejects(client(['unix:/no/such/socket', '1', '1', '1', bodies]),
    /open_loop: connect: No such file/);
});
