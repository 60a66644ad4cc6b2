// SPDX-License-Identifier: MIT
// Debian's nginx with a site of config/nginx/, on a free port.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const kits = fileURLToPath(new URL('../../../config/nginx/', import.meta.url));
const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const {port} = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/// What the file of the kit must say for the test to be one of it.
function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`the kit does not say '${from}'`);
  return text.replaceAll(from, to);
}

export class Nginx {
  /// Serves `config/nginx/SITE` in front of the unix socket, from files in `folder`.
  static async start(site, {socket, folder}) {
    const nginx = new Nginx();
    const port = await freePort();
    let text = fs.readFileSync(path.join(kits, site), 'utf8');
    text = replaced(text, 'listen 80;', `listen 127.0.0.1:${port};`);
    text = replaced(text, 'unix:/run/ekiden/ekiden.sock', `unix:${socket}`);
    fs.writeFileSync(path.join(folder, site), text);
    fs.cpSync(path.join(kits, 'snippets'), path.join(folder, 'snippets'), {recursive: true});
    fs.mkdirSync(path.join(folder, 'tmp'), {recursive: true});
    fs.writeFileSync(path.join(folder, 'nginx.conf'), `
      daemon off; pid nginx.pid; error_log stderr notice; worker_processes 1;
      ${process.getuid() === 0 ? 'user root;' : ''}
      events {}
      http {
        access_log off;
        ${temporary.map(name => `${name}_temp_path tmp/${name};`).join(' ')}
        include ${site};
      }`);
    nginx.origin = `http://127.0.0.1:${port}`;
    nginx.process = spawn('/usr/sbin/nginx', ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'],
      {stdio: ['ignore', 'ignore', 'pipe']});
    await nginx.#serves();
    return nginx;
  }

  #serves() {
    let text = '';
    return new Promise((resolve, reject) => {
      this.process.stderr.on('data', chunk => {
        if (/start worker process \d+/.test(text += chunk)) resolve();
      });
      this.process.once('exit', code => reject(new Error(`nginx exited with ${code}:\n${text}`)));
      this.process.once('error', reject);
    });
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill();
    await once(this.process, 'exit');
  }
}
