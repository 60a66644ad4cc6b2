// SPDX-License-Identifier: MIT
// A server under load, and what can be seen of it from outside.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';

import {pss} from '../browser/support/server.mjs';

export class LoadedServer {
  /// Serves `app` on a free port. Its access log says only which worker has answered.
  static async start({program, app, folder, workers, threads}) {
    const server = new LoadedServer();
    Object.assign(server, {program, workers, lines: [], control: path.join(folder, 'control'),
      log: path.join(folder, 'access.log')});
    server.process = spawn(program,
      ['--workers', workers, '--threads', threads, '--bind', '127.0.0.1:0',
        '--control-socket', server.control, '--access-logfile', server.log,
        '--access-logformat', '%(w)s', app],
      {stdio: ['ignore', 'ignore', 'pipe']});
    await server.#isReady();
    return server;
  }

  async #isReady() {
    for await (const line of readline.createInterface({input: this.process.stderr})) {
      this.lines.push(line);
      this.port ??= /listening .*127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (!/\bready: \d+ worker/.test(line)) continue;
      this.process.stderr.resume();  // so that it never fills up
      return;
    }
    throw new Error('the server does not start:\n' + this.lines.join('\n'));
  }

  get url() { return `http://127.0.0.1:${this.port}/_dash-update-component`; }

  /// Posts a callback over a connection of its own; rejects if it fails.
  post(body) {
    return new Promise((resolve, reject) => {
      http.request(this.url, {method: 'POST', agent: false,
        headers: {'Content-Type': 'application/json'}}, response => {
        response.resume();
        response.on('end', () => response.statusCode === 200 ? resolve() :
          reject(new Error(`status ${response.statusCode}`)));
      }).on('error', reject).end(body);
    });
  }

  /// How many requests each worker has answered since the log was looked at last.
  answersByWorker() {
    const counts = new Array(this.workers).fill(0);
    const text = fs.readFileSync(this.log, 'utf8');
    fs.truncateSync(this.log);  // the server appends
    for (const worker of text.split('\n')) if (worker) ++counts[worker - 1];
    return counts;
  }

  cacheStatistics() {
    return JSON.parse(execFileSync(this.program,
      ['cache', 'stats', '--json', '--control-socket', this.control]));
  }

  /// Proportional set size of each worker, in bytes.
  workersPss() {
    return this.#children().filter(pid => title(pid).startsWith('ekiden: worker')).map(pss);
  }

  #children() {
    return fs.readFileSync(`/proc/${this.process.pid}/task/${this.process.pid}/children`, 'utf8')
      .trim().split(' ');
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    await once(this.process, 'exit');
  }
}

const title = pid => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
