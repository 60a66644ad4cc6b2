// SPDX-License-Identifier: MIT
// An app in a folder of its own adds a component package from npm, built against an installation.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {Server} from '../browser/support/server.mjs';

const source = fileURLToPath(new URL('outside_package', import.meta.url));
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-outside-package-'));
after(() => fs.rmSync(scratch, {recursive: true, force: true}));

test('an app builds a component package against an installation', async () => {
  const prefix = path.join(scratch, 'prefix');
  const folder = path.join(scratch, 'build');
  execFileSync('cmake',
    ['--install', path.dirname(process.env.EKIDEN_PROGRAM), '--prefix', prefix]);
  execFileSync('cmake', ['-G', 'Ninja', '-S', source, '-B', folder,
    `-DCMAKE_PREFIX_PATH=${prefix}`, `-DCMAKE_CXX_COMPILER=${process.env.EKIDEN_CXX}`,
    `-DEKIDEN_FRONTEND_CACHE=${process.env.EKIDEN_FRONTEND_CACHE}`]);
  execFileSync('cmake', ['--build', folder]);
  const server = await Server.start(path.join(folder, 'outside_package.so'), {workers: 1});
  try {
    const layout = await (await fetch(new URL('_dash-layout', server.url))).json();
    assert.deepEqual(layout, {namespace: 'dash_cytoscape', type: 'Cytoscape',
      props: {id: 'graph', zoomingEnabled: false}});
    const html = await (await fetch(server.url)).text();
    const [url] = /[^"]*dash_cytoscape\.v1_0_2m\w+\.min\.js/.exec(html);
    const bundle = await (await fetch(new URL(url, server.url))).text();
    assert.ok(bundle.includes('dash_cytoscape'));
  } finally {
    await server.stop();
  }
});
