// SPDX-License-Identifier: MIT
// Instructions, allocations and system calls of one request, counted by callgrind instead of timed:
// the same on a busy machine as on an idle one.
//
//   counts.mjs BUILD                 prints them
//   counts.mjs BUILD --check FILE    compares them with those recorded in FILE
//   counts.mjs BUILD --record FILE   records them
//
// One server without workers serves one connection, request by request. A phase is a number of the
// same requests with a marker behind; each callback has a short and a long one, and the difference
// of their counts, divided by the difference of their lengths, is what one request costs.
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const kCallbacks = {echo: 'echo.children', hit: 'hit.children', filter: 'filter.figure'};
const kWarmUp = 64;  // by then a callback has proved short
const kShort = 20;
const kLong = 220;
const kTolerance = 0.03;  // of instructions: libraries differ a little between updates of Debian
// `new` calls malloc, and the program's own malloc that of the C library.
const kAllocations = new Set(['malloc', 'calloc', 'realloc', 'memalign', 'aligned_alloc',
  'posix_memalign']);
// Without valgrind these do not enter the kernel.
const kNoSystemCalls = new Set(['sys_clock_gettime', 'sys_gettimeofday', 'sys_time']);
const kNoFeatures = '-AVX2,-AVX,-AVX512F,-AVX512VL,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM';
const kSilenceMs = 20_000;

const build = path.resolve(process.argv[2]);
const [, , , mode, file] = process.argv;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-counts-'));

function requestTo(output) {
  const [id, property] = output.split('.');
  const body = JSON.stringify({
    output, outputs: {id, property}, inputs: [{id: 'in', property: 'value', value: 'figs'}],
    changedPropIds: ['in.value'], parsedChangedPropsIds: ['in.value'],
  });
  // Those of a browser, since each field is read.
  return ['POST /_dash-update-component HTTP/1.1', 'Host: 127.0.0.1:8050', 'Connection: keep-alive',
    `Content-Length: ${Buffer.byteLength(body)}`, 'Content-Type: application/json',
    'Accept: application/json', 'Origin: http://127.0.0.1:8050',
    'Accept-Encoding: gzip, deflate, br', 'Accept-Language: en-US,en;q=0.9', '', body].join('\r\n');
}

/// The environment, the addresses and the processor's features would otherwise count, too.
async function startServer() {
  const child = spawn('setarch', ['-R', 'valgrind', '--tool=callgrind', '--compress-strings=no',
    '--separate-threads=yes', '--dump-before=getppid', '--trace-syscalls=yes',
    `--callgrind-out-file=${scratch}/counts`, `--log-file=${scratch}/calls`,
    path.join(build, 'ekiden'), '--workers', '0', '--bind', '127.0.0.1:0',
    '--short-callback-us', '100000', path.join(build, 'tests/apps/bench_counts.so')], {
    stdio: ['ignore', 'inherit', 'pipe'], cwd: scratch,
    env: {PATH: process.env.PATH, GLIBC_TUNABLES: `glibc.cpu.hwcaps=${kNoFeatures}`},
  });
  const lines = readline.createInterface({input: child.stderr});
  const seen = [];
  const port = await new Promise((resolve, reject) => {
    lines.on('line', line => {
      seen.push(line);
      const found = /listening .*127\.0\.0\.1:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
    child.on('exit', () => reject(new Error(`the server has ended:\n${seen.join('\n')}`)));
  });
  return {child, port};
}

/// Valgrind's process is the server's. It rests when none of its threads runs.
function isAtRest(pid) {
  return fs.readdirSync(`/proc/${pid}/task`).every(thread => {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return stat[stat.lastIndexOf(')') + 2] === 'S';
    } catch {
      return false;  // it has just ended
    }
  });
}

/// The server looks for the next request in vain, and waits: so each request is received alike.
async function untilAtRest(pid) {
  const end = performance.now() + kSilenceMs;
  while (!isAtRest(pid)) {
    if (performance.now() > end) throw new Error('the server does not come to rest');
    await new Promise(resolve => setImmediate(resolve));
  }
}

class Client {
  constructor(port, pid) {
    this.pid = pid;
    this.socket = net.connect({port, host: '127.0.0.1', noDelay: true});
    this.received = '';
    this.socket.on('data', data => {
      this.received += data.toString('latin1');
      this.socket.emit('more');
    });
    this.socket.setTimeout(kSilenceMs, () => this.socket.destroy(new Error('no answer')));
  }

  answered() {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const length = Number(/^content-length: (\d+)/im.exec(this.received)[1]);
    return this.received.length >= end + 4 + length;
  }

  async exchange(request) {
    await untilAtRest(this.pid);
    this.received = '';
    this.socket.write(request);
    while (!this.answered()) await once(this.socket, 'more');
    if (!this.received.startsWith('HTTP/1.1 200 ')) throw new Error(this.received);
  }
}

/// Phases in the order in which they are sent.
const phases = [];
for (const callback of Object.keys(kCallbacks))
  for (const requests of [kWarmUp, kShort, kLong]) phases.push({callback, requests});

async function sendAll({child, port}) {
  const client = new Client(port, child.pid);
  const mark = requestTo('mark.children');
  for (let i = 0; i < kWarmUp; ++i) await client.exchange(mark);
  for (const {callback, requests} of phases) {
    for (let i = 0; i < requests; ++i) await client.exchange(requestTo(kCallbacks[callback]));
    await client.exchange(mark);
  }
  client.socket.destroy();
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

/// Of one dump of one thread: its instructions, and how often it has called for memory.
function readDump(name) {
  let instructions = 0;
  let allocations = 0;
  let caller = '';
  let callee = '';
  for (const line of fs.readFileSync(name, 'utf8').split('\n')) {
    if (line.startsWith('fn=')) caller = line.slice(3);
    else if (line.startsWith('cfn=')) callee = line.slice(4);
    else if (line.startsWith('totals: ')) instructions = Number(line.slice(8));
    else if (line.startsWith('calls=') && kAllocations.has(callee) && !kAllocations.has(caller))
      allocations += Number(line.slice(6).split(' ')[0]);
  }
  return {instructions, allocations};
}

/// Callgrind dumps the thread that sets a mark, which is the one that has served the phase.
function readDumps() {
  return fs.readdirSync(scratch).map(name => ({name, part: /^counts\.(\d+)/.exec(name)?.[1]}))
    .filter(({part}) => part !== undefined)
    .sort((a, b) => a.part - b.part)
    .map(({name}) => readDump(path.join(scratch, name)))
    .slice(-phases.length);
}

/// By phase, the system calls of the thread that marks their ends.
function readCalls() {
  const counted = [];
  const byThread = new Map();
  for (const line of fs.readFileSync(path.join(scratch, 'calls'), 'utf8').split('\n')) {
    const found = /^SYSCALL\[\d+,(\d+)\]\(\s*\d+\) (\w+)/.exec(line);
    if (!found) continue;
    const [, thread, call] = found;
    if (call === 'sys_getppid') {
      counted.push(byThread.get(thread) ?? new Map());
      byThread.clear();
    } else if (!kNoSystemCalls.has(call)) {
      const calls = byThread.get(thread) ?? new Map();
      byThread.set(thread, calls.set(call, (calls.get(call) ?? 0) + 1));
    }
  }
  return counted.slice(-phases.length);
}

const perRequest = (short, long) => (long - short) / (kLong - kShort);

function evaluate(dumps, calls) {
  const counts = {};
  phases.forEach(({callback, requests}, i) => {
    if (requests !== kLong) return;
    const [short, long] = [calls[i - 1], calls[i]];
    const names = [...new Set([...short.keys(), ...long.keys()])].sort();
    const each = names.map(name => [name.replace(/^sys_/, ''),
      Math.round(perRequest(short.get(name) ?? 0, long.get(name) ?? 0))]);
    counts[callback] = {
      instructions: Math.round(perRequest(dumps[i - 1].instructions, dumps[i].instructions)),
      allocations: Math.round(perRequest(dumps[i - 1].allocations, dumps[i].allocations)),
      calls: Object.fromEntries(each.filter(([, count]) => count > 0)),
    };
  });
  return counts;
}

function print(counts) {
  console.log('| one request | instructions | allocations | system calls |\n|---|---|---|---|');
  for (const [callback, {instructions, allocations, calls}] of Object.entries(counts)) {
    const list = Object.entries(calls).map(([name, count]) => `${count} × ${name}`).join(', ');
    console.log(`| ${callback} | ${instructions} | ${allocations} | ${list} |`);
  }
}

function check(counts, recorded) {
  const wrong = [];
  for (const [callback, want] of Object.entries(recorded)) {
    const got = counts[callback];
    const off = got.instructions / want.instructions - 1;
    if (Math.abs(off) > kTolerance) {
      wrong.push(
        `${callback}: ${got.instructions} instructions, recorded are ${want.instructions}`);
    }
    if (got.allocations !== want.allocations) {
      wrong.push(`${callback}: ${got.allocations} allocations, recorded are ${want.allocations}`);
    }
    if (JSON.stringify(got.calls) !== JSON.stringify(want.calls)) {
      wrong.push(`${callback}: system calls ${JSON.stringify(got.calls)}, recorded are ` +
        JSON.stringify(want.calls));
    }
  }
  if (wrong.length === 0) return;
  console.error(`${wrong.join('\n')}\nIf this is meant to be so, record it: ` +
    'node tests/bench/counts.mjs build/release --record tests/bench/counts.json');
  process.exitCode = 1;
}

let server;
try {
  server = await startServer();
  await sendAll(server);
  if (process.env.EKIDEN_KEEP_COUNTS) {
    fs.cpSync(scratch, process.env.EKIDEN_KEEP_COUNTS, {recursive: true});
  }
  const counts = evaluate(readDumps(), readCalls());
  print(counts);
  if (mode === '--record') fs.writeFileSync(file, `${JSON.stringify(counts, null, 1)}\n`);
  if (mode === '--check') check(counts, JSON.parse(fs.readFileSync(file, 'utf8')));
} finally {
  if (server?.child.exitCode === null) server.child.kill('SIGKILL');
  fs.rmSync(scratch, {recursive: true, force: true});
}
