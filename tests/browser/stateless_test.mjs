// SPDX-License-Identifier: MIT
// Two servers that share Redis behind nginx, asked in turn: as if they were one.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {assertNoProblems, choose, launchBrowser, openPage, screenshot, settled, shows}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-stateless-'));
const processes = [];
let browser, servers, url;

/// A program that says on stdout or stderr that it is ready.
async function start(command, args, ready) {
  const program = spawn(command, args, {stdio: ['ignore', 'pipe', 'pipe']});
  processes.push(program);
  let text = '';
  await new Promise((resolve, reject) => {
    const hear = chunk => { if (ready.test(text += chunk)) resolve(); };
    program.stdout.on('data', hear);
    program.stderr.on('data', hear);
    program.on('exit', code => reject(new Error(`${command} exited with ${code}:\n${text}`)));
    program.on('error', reject);
  });
}

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const {port} = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/// The app's own configuration, with the ports of this test.
async function startNginx() {
  const port = await freePort();
  const configuration = fs.readFileSync(
    new URL('../../apps/stateless/nginx.conf', import.meta.url), 'utf8')
    .replace('127.0.0.1:8050', `127.0.0.1:${port}`)
    .replace('server 127.0.0.1:8051', `server 127.0.0.1:${servers[0].port}`)
    .replace('server 127.0.0.1:8052', `server 127.0.0.1:${servers[1].port}`)
    .replace('error_log stderr;', 'error_log stderr notice;');
  fs.mkdirSync(path.join(folder, 'tmp'));
  fs.writeFileSync(path.join(folder, 'nginx.conf'), configuration);
  await start('/usr/sbin/nginx', ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'],
    /start worker process \d+/);
  return `http://127.0.0.1:${port}/`;
}

before(async () => {
  const socket = path.join(folder, 'redis.sock');
  await start('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder],
    /ready to accept connections/i);
  servers = await Promise.all(['north', 'south'].map(name => Server.start('stateless', {
    workers: 2, args: ['--cache', `unix://${socket}`], env: {SERVER_NAME: name}})));
  url = await startNginx();
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  for (const server of servers ?? []) await server.stop();
  for (const program of processes.reverse()) {
    if (program.exitCode === null && program.signalCode === null) {
      program.removeAllListeners('exit');
      program.kill();
      await once(program, 'exit');
    }
  }
  fs.rmSync(folder, {recursive: true, force: true});
});

test('whoever answers, the value is computed once', async () => {
  const page = await openPage(browser, url);
  await shows(page, '#stateless-sum', '385');
  const computer = await page.textContent('#stateless-computed');
  assert.match(computer, /^(north|south)$/);
  await screenshot(page, 'stateless');

  const answered = new Set();
  for (let asked = 0; asked < 40 && answered.size < 2; ++asked) {
    await page.click('#stateless-ask');
    await settled(page);
    answered.add(await page.textContent('#stateless-answered'));
    assert.equal(await page.textContent('#stateless-computed'), computer);
  }
  assert.deepEqual([...answered].sort(), ['north', 'south']);

  await choose(page, 'stateless-n', '1000');
  await shows(page, '#stateless-sum', '333833500');
  for (const server of servers) {
    const {body} = await server.post(
      '..stateless-sum.children...stateless-computed.children...stateless-answered.children..',
      [{id: 'stateless-n', property: 'value', value: 1000},
        {id: 'stateless-ask', property: 'n_clicks', value: null}]);
    const {response} = JSON.parse(body);
    assert.equal(response['stateless-computed'].children,
      await page.textContent('#stateless-computed'));
  }
  assertNoProblems(page);
});
