// SPDX-License-Identifier: MIT
// config/systemd/: systemd takes the units, and what the service says works with a socket of its.
import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import {after, test} from 'node:test';

import {settingsAreKnown} from './support/settings.mjs';

const program = process.env.EKIDEN_PROGRAM;
const unit = name =>
  fs.readFileSync(new URL(`../../config/systemd/${name}`, import.meta.url), 'utf8');
const service = unit('ekiden.service');
const values = (text, key) =>
  [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);
const environment = Object.fromEntries(values(service, 'Environment').map(one => one.split('=')));

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-systemd-'));
after(() => fs.rmSync(folder, {recursive: true, force: true}));

test('systemd finds nothing wrong with the units', () => {
  fs.writeFileSync(path.join(folder, 'ekiden.service'),
    service.replace('/usr/local/bin/ekiden', program));
  fs.writeFileSync(path.join(folder, 'ekiden.socket'), unit('ekiden.socket'));
  const said = execFileSync('systemd-analyze', ['verify', '--man=no',
    path.join(folder, 'ekiden.service'), path.join(folder, 'ekiden.socket')],
  {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
  assert.equal(said, '');
  // From 0, safe, to 10.
  execFileSync('systemd-analyze', ['security', '--offline=yes', '--threshold=20',
    path.join(folder, 'ekiden.service')], {stdio: 'ignore'});
});

test('the settings exist, there is time to finish, and the parts fit', () => {
  const {EKIDEN_ACCESS_LOGFILE: access, EKIDEN_ERROR_LOGFILE: error, ...rest} = environment;
  settingsAreKnown({...rest, EKIDEN_ACCESS_LOGFILE: '-', EKIDEN_ERROR_LOGFILE: '-'});
  const graceful = Number(environment.EKIDEN_GRACEFUL_TIMEOUT ?? 30);
  assert.ok(Number(values(service, 'TimeoutStopSec')[0]) > graceful + 10);
  const [logs] = values(service, 'LogsDirectory');
  for (const file of [access, error]) assert.equal(path.dirname(file), `/var/log/${logs}`);
  const logrotate = fs.readFileSync(new URL('../../config/logrotate/ekiden', import.meta.url), 'utf8');
  assert.ok(logrotate.includes(`/var/log/${logs}/*.log`));
  assert.ok(logrotate.includes('ekiden.service'));
});

const ask = socketPath => new Promise((resolve, reject) => {
  http.get({socketPath, path: '/_dash-layout', agent: false}, response => {
    response.resume();
    response.on('end', () => resolve(response.statusCode));
  }).on('error', reject);
});

test('a client that comes before the server does is served', async () => {
  const socket = path.join(folder, 'socket');
  const app = values(service, 'ExecStart')[0].split(' ')[1];
  const server = spawn('systemd-socket-activate', ['--listen', socket, '--fdname', 'ekiden.socket',
    program, '--control-socket', '', app], {stdio: ['ignore', 'pipe', 'pipe']});
  const lines = readline.createInterface({input: server.stderr})[Symbol.asyncIterator]();
  try {
    let line = '';
    while (!line.includes('Listening on')) line = (await lines.next()).value;

    assert.equal(await ask(socket), 200);
    while (!/listening on unix:/.test(line)) line = (await lines.next()).value;
    assert.ok(line.includes(socket));
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
});
