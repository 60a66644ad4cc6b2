// SPDX-License-Identifier: MIT
// config/kubernetes/: what it says fits together, and what a cluster would do with it is done here.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {fileURLToPath} from 'node:url';

import {Server} from '../browser/support/server.mjs';
import {settingsAreKnown} from './support/settings.mjs';
import {readYaml} from './support/yaml.mjs';

const documents = readYaml(fileURLToPath(
  new URL('../../config/kubernetes/ekiden.yaml', import.meta.url)));
const named = (kind, name) =>
  documents.find(one => one.kind === kind && one.metadata.name === name).spec;
const deployment = named('Deployment', 'ekiden');
const pod = deployment.template.spec;
const [container] = pod.containers;
const environment = Object.fromEntries(container.env.map(({name, value}) => [name, value]));
const portNumber = name => container.ports.find(port => port.name === name).containerPort;
const bindPort = name => Number(environment[name].split(':').at(-1));

test('selectors, labels and ports fit', () => {
  for (const [kind, name] of [['Deployment', 'ekiden'], ['Deployment', 'ekiden-redis']]) {
    const {selector, template} = named(kind, name);
    assert.deepEqual(selector.matchLabels, template.metadata.labels);
    const service = named('Service', name);
    assert.deepEqual(service.selector, template.metadata.labels);
    for (const {targetPort} of service.ports)
      assert.ok(template.spec.containers[0].ports.some(port => port.name === targetPort));
  }
  assert.deepEqual(named('PodDisruptionBudget', 'ekiden').selector, deployment.selector);
  assert.ok(named('PodDisruptionBudget', 'ekiden').minAvailable < deployment.replicas);
  assert.equal(portNumber('http'), bindPort('EKIDEN_BIND'));
  assert.equal(portNumber('admin'), bindPort('EKIDEN_ADMIN_BIND'));
  const redis = new URL(environment.EKIDEN_CACHE);
  assert.equal(Number(redis.port), named('Service', redis.hostname).ports[0].port);
});

test('the container has no privileges, and settings that there are', () => {
  assert.equal(pod.securityContext.runAsNonRoot, true);
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
  assert.equal(container.securityContext.allowPrivilegeEscalation, false);
  assert.deepEqual(container.securityContext.capabilities.drop, ['ALL']);
  assert.deepEqual(container.volumeMounts.map(({mountPath}) => mountPath), ['/tmp']);
  settingsAreKnown(environment);
});

test('there is time until proxies know, and for what is under way', () => {
  const delay = Number(environment.EKIDEN_DRAIN_DELAY);
  assert.ok(delay > container.readinessProbe.periodSeconds);
  assert.ok(pod.terminationGracePeriodSeconds >
    delay + Number(environment.EKIDEN_GRACEFUL_TIMEOUT));
});

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-kubernetes-'));
const running = [];
after(async () => {
  for (const one of running.reverse()) await one.stop();
  fs.rmSync(folder, {recursive: true, force: true});
});

async function startRedis() {
  const socket = path.join(folder, 'redis.sock');
  const [program, ...args] = named('Deployment', 'ekiden-redis').template.spec.containers[0].args;
  const redis = spawn(program, [...args, '--port', '0', '--unixsocket', socket, '--dir', folder],
    {stdio: ['ignore', 'pipe', 'inherit']});
  running.push({stop: async () => {
    redis.kill();
    await once(redis, 'exit');
  }});
  let text = '';
  for await (const chunk of redis.stdout)
    if (/ready to accept connections/i.test(text += chunk)) break;
  return socket;
}

/// One replica, with the manifest's settings; only its addresses are this test's.
async function startReplica(socket) {
  const {EKIDEN_BIND: _, ...settings} = environment;
  const server = await Server.start(container.args[0], {
    workers: Number(settings.EKIDEN_WORKERS), threads: Number(settings.EKIDEN_THREADS),
    args: ['--admin-bind', '127.0.0.1:0'], env: {...settings, EKIDEN_CACHE: `unix://${socket}`}});
  running.push(server);
  const [, admin] = await server.line(/admin: (http:\S+)/);
  const probe = async name => (await fetch(new URL(container[name].httpGet.path, admin))).status;
  await server.line(/Redis at unix:/, {count: Number(settings.EKIDEN_WORKERS)});
  return {server, probe};
}

const ask = ({server}, value) =>
  server.post('signal.children', [{id: 'dropdown', property: 'value', value}]);

test('replicas share what one computes; one that is told to leave finishes first', async () => {
  const socket = await startRedis();
  const replicas = await Promise.all([startReplica(socket), startReplica(socket)]);
  for (const {probe} of replicas)
    for (const name of ['startupProbe', 'readinessProbe', 'livenessProbe'])
      assert.equal(await probe(name), 200);

  const answers = await Promise.all(replicas.map(replica => ask(replica, 'figs')));
  assert.deepEqual(answers.map(({status}) => status), [200, 200]);
  const computed = replicas.map(({server}) => server.computations().figs ?? 0);
  assert.equal(computed[0] + computed[1], 1);

  const [leaving, staying] = replicas;
  const underWay = ask(leaving, 'oranges');
  await leaving.server.line(/^Computing value with oranges/);
  leaving.server.process.kill('SIGTERM');
  while (await leaving.probe('readinessProbe') !== 503);
  assert.equal((await ask(leaving, 'figs')).status, 200);  // from a proxy that does not know yet
  assert.equal(await leaving.probe('livenessProbe'), 200);
  assert.equal((await underWay).status, 200);
  await leaving.server.line(/exited with 0/);
  assert.equal((await ask(staying, 'oranges')).status, 200);
  assert.equal(staying.server.computations().oranges, undefined);
});
