// SPDX-License-Identifier: MIT
// An app in a folder of its own is built with find_package(ekiden), from the build folder and from
// an installation, and served.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';

import {Server} from '../browser/support/server.mjs';

const build = path.dirname(process.env.EKIDEN_PROGRAM);
const source = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  'outside');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-outside-'));
after(() => fs.rmSync(scratch, {recursive: true, force: true}));

async function buildAndAsk(prefix, name) {
  const folder = path.join(scratch, name);
  execFileSync('cmake', ['-G', 'Ninja', '-S', source, '-B', folder,
    `-DCMAKE_PREFIX_PATH=${prefix}`, `-DCMAKE_CXX_COMPILER=${process.env.EKIDEN_CXX}`]);
  execFileSync('cmake', ['--build', folder]);
  const server = await Server.start(path.join(folder, 'outside.so'), {workers: 1});
  try {
    const answer = await server.post('greeting.children',
      [{id: 'name', property: 'value', value: 'Ekiden'}]);
    assert.deepEqual(JSON.parse(answer.body),
      {multi: true, response: {greeting: {children: 'Hello Ekiden'}}});
  } finally {
    await server.stop();
  }
}

test('an app builds against the build folder', () => buildAndAsk(build, 'from-build'));

test('an app builds against an installation', async () => {
  const prefix = path.join(scratch, 'prefix');
  execFileSync('cmake', ['--install', build, '--prefix', prefix]);
  await buildAndAsk(prefix, 'from-installation');
});
