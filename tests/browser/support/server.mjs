// SPDX-License-Identifier: MIT
// Starts the real program on a free port and follows what it prints, so that tests wait for events
// instead of sleeping.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import readline from 'node:readline';

export class Server {
  static async start(app, {workers = 6, threads = 2, port: wanted = 0, args = [], env = {}} = {}) {
    const server = new Server();
    server.app = app;
    server.process = spawn(process.env.EKIDEN_PROGRAM,
      ['--workers', workers, '--threads', threads, '--bind', `127.0.0.1:${wanted}`,
        '--log-level', 'debug', ...args, app],
      {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...env}});
    server.lines = [];
    server.waiting = new Set();
    for (const stream of [server.process.stdout, server.process.stderr])
      readline.createInterface({input: stream}).on('line', line => server.#add(line));
    server.process.on('exit', code => server.#add(`(the server exited with ${code})`));
    const [, port] = await server.line(/listening .*127\.0\.0\.1:(\d+)/);
    server.port = Number(port);
    server.url = `http://127.0.0.1:${port}/`;
    for (let number = 1; number <= workers; ++number)
      await server.line(new RegExp(`worker ${number}\\b.*(ready|serving)`));
    return server;
  }

  #add(line) {
    this.lines.push(line);
    for (const waiter of [...this.waiting]) waiter();
  }

  /// Resolves with the match of the `count`-th line that fits `pattern`, printed before or later.
  async line(pattern, {count = 1, seconds = 30} = {}) {
    let waiter, timer;
    try {
      return await new Promise((resolve, reject) => {
        waiter = () => {
          const found = this.matches(pattern);
          if (found.length >= count) return resolve(found[count - 1]);
          if (this.process.exitCode !== null || this.process.signalCode !== null)
            reject(new Error(`no line like ${pattern}:\n` + this.lines.slice(-40).join('\n')));
        };
        timer = setTimeout(() => reject(new Error(
          `no ${count} lines like ${pattern} in ${seconds} s; the server printed:\n` +
          this.lines.slice(-40).join('\n'))), seconds * 1000);
        this.waiting.add(waiter);
        waiter();
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(waiter);
    }
  }

  matches(pattern) {
    return this.lines.map(line => pattern.exec(line)).filter(Boolean);
  }

  /// Computations so far, as the guide's app prints them: {apples: 1, …}.
  computations() {
    const counts = {};
    for (const [, value] of this.matches(/^Computing value with (\w+)/))
      counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  }

  /// The process that began the `count`-th computation of `global_store`.
  async computingWorker(count) {
    const [, pid] = await this.line(/ (\d+) worker \d+: computing 'global_store'/, {count});
    return Number(pid);
  }

  /// Fires a callback over a fresh connection; resolves with {status, body} or rejects.
  post(output, inputs) {
    const [first, ...more] = output.replace(/^\.\.|\.\.$/g, '').split('...').map(one => {
      const dot = one.lastIndexOf('.');
      return {id: one.slice(0, dot), property: one.slice(dot + 1)};
    });
    const body = JSON.stringify({
      output, outputs: output.startsWith('..') ? [first, ...more] : first,
      inputs, changedPropIds: inputs.map(({id, property}) => `${id}.${property}`),
    });
    return new Promise((resolve, reject) => {
      const request = http.request(this.url + '_dash-update-component',
        {method: 'POST', agent: false, headers: {'Content-Type': 'application/json'}}, response => {
          let text = '';
          response.on('data', chunk => (text += chunk));
          response.on('end', () => resolve({status: response.statusCode, body: text}));
          response.on('error', reject);
        });
      request.on('error', reject);
      request.end(body);
    });
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
  }
}

/// What a process has for itself alone, in bytes.
export function privateBytes(pid) {
  const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return 1024 * [...rollup.matchAll(/^Private_\w+:\s+(\d+)/gm)]
    .reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
}

/// Proportional set size of a process, in bytes; 0 if it is gone.
export function pss(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) *
      1024;
  } catch {
    return 0;
  }
}
