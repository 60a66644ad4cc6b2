// SPDX-License-Identifier: MIT
// config/logrotate/ by Debian's logrotate, with a server that writes all the time.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';

import {Server} from '../browser/support/server.mjs';

const kit = fs.readFileSync(new URL('../../config/logrotate/ekiden', import.meta.url), 'utf8');

/// The kit's text with one part replaced, which must be there.
function replaced(text, from, to) {
  assert.ok(text.includes(from), `the kit does not say '${from}'`);
  return text.replace(from, to);
}

test('no line is lost when logs are rotated, and the server goes on in new files', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-logrotate-'));
  const log = path.join(folder, 'access.log');
  let server;
  try {
    server = await Server.start('local_filter', {workers: 2,
      args: ['--access-logfile', log, '--access-logformat', '%(q)s']});
    let text = replaced(kit, '/var/log/ekiden/*.log', path.join(folder, '*.log'));
    text = replaced(text, 'systemctl kill --kill-who=main --signal=USR1 ekiden.service',
      `kill -USR1 ${server.process.pid}`);
    const configuration = path.join(folder, 'configuration');
    fs.writeFileSync(configuration, text, {mode: 0o644});

    let asked = 0;
    const ask = async () => (await fetch(`${server.url}_dash-layout?${++asked}`)).text();
    for (let rotation = 1; rotation <= 2; ++rotation) {
      while (asked < rotation * 20) await ask();
      execFileSync('/usr/sbin/logrotate', ['--force', '--state', path.join(folder, 'state'),
        configuration], {stdio: ['ignore', 'inherit', 'inherit']});
      await server.line(/opened anew/, {count: rotation});
      while (!fs.existsSync(log) || fs.statSync(log).size === 0) await ask();
    }

    await server.stop();
    // The newest old file as it is, the older one packed.
    const lines = [execFileSync('zcat', [`${log}.2.gz`], {encoding: 'utf8'}),
      fs.readFileSync(`${log}.1`, 'utf8'), fs.readFileSync(log, 'utf8')]
      .flatMap(part => part.trim().split('\n'));
    assert.deepEqual(lines.map(Number).sort((a, b) => a - b),
      Array.from({length: asked}, (_, at) => at + 1));
  } finally {
    await server?.stop();
    fs.rmSync(folder, {recursive: true, force: true});
  }
});
