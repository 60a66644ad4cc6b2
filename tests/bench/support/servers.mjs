// SPDX-License-Identifier: MIT
// Ekiden and its peers as the benchmarks start them, and what can be seen of their processes.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const build = path.resolve(process.argv[2]);
const kPatienceMs = 60_000;  // pandas takes its time to make ten million rows

export const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
export const sum = values => values.reduce((all, value) => all + value, 0);
export const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/// Those that a benchmark which fails would leave to the next one.
const running = new Set();
process.on('exit', () => running.forEach(child => child.kill('SIGTERM')));

/// A server that runs. `child` is its master.
export class Running {
  constructor(command, args, port, isWorker) {
    this.child = spawn(command, args.map(String), {stdio: 'ignore'});
    running.add(this.child);
    this.child.on('exit', () => running.delete(this.child));
    Object.assign(this, {port, isWorker});
  }
  workers() {
    return childrenOf(this.child.pid).filter(this.isWorker);
  }
  /// Resolves when it has answered and has `count` workers.
  async serving(count) {
    await answer(this.port);
    await until(() => this.workers().length >= count, `${count} workers`);
    return this;
  }
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

export function ekiden(port, {workers, threads = 2, args = [], app = 'bench_echo'}) {
  return new Running(path.join(build, 'ekiden'), ['--bind', `127.0.0.1:${port}`,
    '--workers', workers, '--threads', threads, ...args, path.join(build, `apps/${app}.so`)], port,
  pid => title(pid).startsWith('ekiden: worker'));
}

/// gunicorn as the same number of processes and threads, with a WSGI app that does next to nothing or
/// another one of apps/.
export function gunicorn(port, {workers, threads = 2, args = [], app = 'peer_wsgi'}) {
  return new Running('gunicorn', ['--bind', `127.0.0.1:${port}`, '--workers', workers,
    '--threads', threads, '--keep-alive', 75, '--chdir', path.join(here, '../apps'), ...args,
    `${app}:app`], port, () => true);
}

/// nginx that keeps its files in `folder`, with these lines in its blocks `http` and `server`.
export function nginx(port, folder, {workers = 2, connections = 1024, http = '', server}) {
  const config = path.join(folder, `nginx-${port}.conf`);
  // As who may read the folder.
  fs.writeFileSync(config, `
    daemon off; worker_processes ${workers}; pid ${config}.pid; error_log ${folder}/error.log;
    ${process.getuid() === 0 ? 'user root;' : ''}
    events { worker_connections ${connections}; }
    http { access_log off; client_body_temp_path ${folder}; ${http}
           server { listen 127.0.0.1:${port}; ${server} } }`);
  return new Running('nginx', ['-c', config, '-p', folder], port, () => true);
}

const title = pid => {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0];
  } catch {
    return '';  // it has just ended
  }
};

/// A Redis without persistence that listens at `socket`.
export async function redis(socket) {
  const server = new Running('redis-server', ['--port', 0, '--unixsocket', socket, '--save', '',
    '--appendonly', 'no', '--dir', path.dirname(socket)], 0, () => false);
  await until(() => fs.existsSync(socket), `socket ${socket} of Redis`);
  return server;
}

/// Those that are not dead.
function childrenOf(pid) {
  return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    .filter(child => child && isAlive(child)).map(Number);
}

export function isAlive(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

export async function until(condition, what, stepMs = 5) {
  for (const begin = performance.now(); !condition(); await pause(stepMs))
    if (performance.now() - begin > kPatienceMs)
      throw new Error(`after ${kPatienceMs / 1000} s there are no ${what}`);
}

/// Resolves when a request over a new connection has been answered. Only connecting is tried again,
/// each millisecond: once the server listens, the request waits there.
export async function answer(port) {
  const request = 'GET /_dash-layout HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n';
  for (const begin = performance.now(); performance.now() - begin < kPatienceMs; await pause(1)) {
    const text = await new Promise(resolve => {
      const socket = net.connect(port, '127.0.0.1', () => socket.end(request));
      let received = '';
      socket.on('data', data => (received += data)).on('error', () => {})
        .on('close', () => resolve(received));
    });
    if (text.startsWith('HTTP/1.1 200')) return;
    if (text) throw new Error(`port ${port} answers ${text.slice(0, 40)}`);
  }
  throw new Error(`nothing answers at port ${port}`);
}

export function run(command, args) {
  const child = spawn(command, args.map(String), {stdio: ['ignore', 'pipe', 'inherit']});
  let text = '';
  child.stdout.on('data', chunk => (text += chunk));
  return once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
    return text;
  });
}

/// The open-loop client's result.
export async function openLoop(port, {rate, connections, seconds, bodies}) {
  return JSON.parse(await run(path.join(build, 'tests/open_loop'),
    [`127.0.0.1:${port}`, rate, connections, seconds, bodies]));
}

/// The body of a request for a callback of the bench's app.
export const callback = output => JSON.stringify({
  output: `${output}.children`, outputs: {id: output, property: 'children'},
  inputs: [{id: 'in', property: 'value', value: 'x'}], changedPropIds: ['in.value'],
});

/// Prints rows under a title and the names of the columns.
export function table(columns, rows) {
  const line = cells => console.log(`| ${cells.join(' | ')} |`);
  line(columns);
  line(columns.map(() => '---'));
  rows.forEach(line);
}
