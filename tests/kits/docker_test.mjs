// SPDX-License-Identifier: MIT
// config/docker/ without Docker: its files are read, their steps run in a root of their own.
import assert from 'node:assert/strict';
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {environment, readDockerfile, texts, words} from './support/dockerfile.mjs';
import {settingsAreKnown} from './support/settings.mjs';
import {readYaml} from './support/yaml.mjs';

const source = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const build = path.dirname(process.env.EKIDEN_PROGRAM);
const docker = path.join(source, 'config/docker');
const ekiden = readDockerfile(path.join(docker, 'Dockerfile'));
const own = readDockerfile(path.join(docker, 'app.Dockerfile'));
const ownApp = path.join(source, 'tests/apps/outside');

test('stages and what is copied between them exist', () => {
  for (const stages of [ekiden, own]) {
    assert.equal(stages.length, 2);
    const [first, last] = stages;
    assert.equal(first.name, 'build');
    for (const text of texts(last, 'COPY')) assert.match(text, /^--from=build \/\S+ \/\S+$/);
  }
  assert.equal(own[0].base, 'ekiden:build');
  assert.equal(own[1].base, 'ekiden');
  for (const text of texts(ekiden[0], 'COPY')) {
    const [from] = text.split(' ');
    assert.ok(fs.existsSync(path.join(source, from)), from);
  }
});

test('the image runs the program itself, as no user of the base image, and says its signal', () => {
  const [, image] = ekiden;
  assert.deepEqual(words(image, 'ENTRYPOINT'), ['ekiden']);
  assert.deepEqual(words(image, 'CMD'), ['caching_signaling']);
  assert.deepEqual(texts(image, 'USER'), ['10001:10001']);
  assert.deepEqual(texts(image, 'STOPSIGNAL'), ['SIGTERM']);
  assert.deepEqual(texts(image, 'EXPOSE')[0].split(' '), ['8050', '9000']);
  assert.equal(environment(image).EKIDEN_BIND, '0.0.0.0:8050');
  assert.equal(environment(image).EKIDEN_ADMIN_BIND, '0.0.0.0:9000');
  settingsAreKnown(environment(image));
  assert.ok(!own[1].steps.some(({instruction}) => instruction === 'USER'), 'the user stays');
});

/// The Debian packages whose libraries the program is linked with, but for those of any Debian.
function librariesPackages() {
  const libraries = execFileSync('ldd', [process.env.EKIDEN_PROGRAM], {encoding: 'utf8'})
    .match(/\/\S*\/lib[^/\s]*\.so\S*/g).map(library => fs.realpathSync(library));
  // Some packages still say /lib for what lies in /usr/lib.
  const patterns = libraries.map(library => `*/x86_64-linux-gnu/${path.basename(library)}`);
  const owners = execFileSync('dpkg-query', ['--search', ...new Set(patterns)], {encoding: 'utf8'})
    .trim().split('\n').map(line => line.split(':')[0]);
  const essential = ['libc6', 'libgcc-s1', 'libstdc++6'];
  return [...new Set(owners)].filter(name => !essential.includes(name)).sort();
}

test('the image has the packages that the program is linked with, and no others', () => {
  const [, installed] = /install -y --no-install-recommends (.*?) &&/.exec(
    texts(ekiden[1], 'RUN').join('\n'));
  assert.deepEqual(installed.trim().split(/\s+/).sort(), librariesPackages());
});

test('the build stage is configured, and has what it is to build', () => {
  const [configure, compile] = texts(ekiden[0], 'RUN').filter(text => text.startsWith('cmake '));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-configured-'));
  try {
    const here = text => text.replace(' /build', ` ${folder}`).replace('-S .', `-S ${source}`);
    assert.notEqual(here(configure), configure);
    execFileSync('sh', ['-c', here(configure)], {stdio: ['ignore', 'ignore', 'inherit']});
    execFileSync('sh', ['-c', `${here(compile)} -- -n`], {stdio: ['ignore', 'ignore', 'inherit']});
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
  }
});

/// A step of the build stage that takes minutes, or what apt does: the build folder has it done.
const isDone = text => /setup\.sh build|cmake --build \/build |-S \. -B \/build /.test(text);

const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

/// The steps of both stages as functions of the shell; see support/image.sh.
function steps([first, last], more) {
  const inFirst = texts(first, 'RUN').filter(text => !isDone(text))
    .map(text => `within "$1" ${texts(first, 'WORKDIR')[0]} ${quoted(text)}`);
  const inLast = last.steps.flatMap(({instruction, text}) => {
    if (instruction === 'RUN') return [`within "$2" / ${quoted(text)}`];
    if (instruction !== 'COPY') return [];
    const [, from, to] = text.split(' ');
    return [`cp -rT "$1${from}" "$2${to.endsWith('/') ? to + path.basename(from) : to}"`];
  });
  return {build: [...inFirst, ...(more?.build ?? [])], final: [...inLast, ...(more?.final ?? [])]};
}

/// Starts the image of `stages`, upon `base` if that is what it is made from.
async function start(folder, stages, base) {
  const of = steps(stages);
  const below = base && steps(base);
  const image = {...environment(base?.[1] ?? stages[1]), ...environment(stages[1])};
  const command = [...words(base?.[1] ?? stages[1], 'ENTRYPOINT'), ...words(stages[1], 'CMD')];
  const variables = Object.entries({...image, EKIDEN_BIND: '127.0.0.1:0',
    EKIDEN_ADMIN_BIND: '127.0.0.1:0', PATH: '/usr/local/bin:/usr/bin:/bin'})
    .map(([name, value]) => `${name}=${value}`);
  fs.writeFileSync(path.join(folder, 'steps'), `
    SOURCE=${quoted(source)} BUILD=${quoted(build)} APP=${quoted(ownApp)}
    RUN_AS=${texts(base?.[1] ?? stages[1], 'USER')[0]}
    RUN_IN=${texts(base?.[1] ?? stages[1], 'WORKDIR')[0]}
    RUN_WITH=(${[...variables, ...command].map(quoted).join(' ')})
    build_steps() { ${[...(below?.build ?? []), ...of.build].join('\n')}
    }
    final_steps() { ${[...(below?.final ?? []), ...of.final].join('\n')}
    }\n`);
  const child = spawn('unshare', ['--mount',
    fileURLToPath(new URL('support/image.sh', import.meta.url)), folder],
  {stdio: ['ignore', 'ignore', 'pipe']});
  const lines = [];
  const found = {};
  for await (const line of readline.createInterface({input: child.stderr})) {
    lines.push(line);
    found.url ??= /listening on (http:\S+)/.exec(line)?.[1];
    found.admin ??= /admin: (http:\S+)/.exec(line)?.[1];
    if (!/\bready: \d+ worker/.test(line)) continue;
    child.stderr.resume();
    return {child, ...found};
  }
  throw new Error('the image does not start:\n' + lines.slice(-40).join('\n'));
}

const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
const needsMounts = {skip: !mayMount && 'only root, outside of containers, may mount'};

/// The image serves as the user it names, cannot write, and ends when it is told to.
async function serves(stages, base) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-image-'));
  let image;
  try {
    image = await start(folder, stages, base);
    const {pid} = image.child;
    assert.match(fs.readFileSync(`/proc/${pid}/status`, 'utf8'),
      /^Uid:\t10001\t10001\t10001\t10001\nGid:\t10001\t/m);
    assert.match(fs.readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), /^\d+ \d+ \S+ \/ \/ ro\b/m);
    const said = execFileSync(process.env.EKIDEN_PROGRAM, ['doctor', image.url],
      {encoding: 'utf8'});
    assert.match(said, /12 ok, 0 warnings, 0 errors/);
    assert.equal((await fetch(new URL('/readyz', image.admin))).status, 200);
    image.child.kill('SIGTERM');
    assert.deepEqual(await once(image.child, 'exit'), [0, null]);
  } finally {
    image?.child.kill('SIGKILL');
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

test('what the steps make serves the guide\'s app, read-only and without privileges', needsMounts,
  () => serves(ekiden));

test('what the steps of an app\'s own image make serves that app', needsMounts, async () => {
  const named = structuredClone(own);
  const command = named[1].steps.find(({instruction}) => instruction === 'CMD');
  assert.equal(command.text, '["my_dashboard"]');
  command.text = '["outside"]';
  await serves(named, ekiden);
});

test('compose starts the image hardened, with Redis, and time to finish', () => {
  const [{services}] = readYaml(path.join(docker, 'compose.yaml'));
  const {app, redis} = services;
  assert.ok(fs.existsSync(path.resolve(docker, app.build.context, app.build.dockerfile)));
  assert.deepEqual(app.depends_on, ['redis']);
  assert.equal(new URL(app.environment.EKIDEN_CACHE).hostname, 'redis');
  assert.equal(redis.command[0], 'redis-server');
  for (const service of [app, redis]) {
    assert.equal(service.read_only, true);
    assert.deepEqual(service.cap_drop, ['ALL']);
  }
  assert.deepEqual(app.tmpfs, ['/tmp']);
  assert.ok(parseInt(app.stop_grace_period) > Number(app.environment.EKIDEN_GRACEFUL_TIMEOUT));
  assert.deepEqual(app.healthcheck.test.slice(0, 3), ['CMD', 'ekiden', 'doctor']);
  assert.equal(new URL(app.healthcheck.test[3]).port,
    environment(ekiden[1]).EKIDEN_BIND.split(':')[1]);
  settingsAreKnown(app.environment);
});
