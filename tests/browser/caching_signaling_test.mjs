// SPDX-License-Identifier: MIT
// The guide's example 3 as a person sees it: 6 workers × 2 threads behind a real browser.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, choose, launchBrowser, openPage, screenshot, waitForGraphs}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

const rows = {apples: 500, oranges: 1000, figs: 2000, pineapples: 1500};
const input = value => [{id: 'dropdown', property: 'value', value}];
const signalStarted = /worker \d+: callback 'signal\.children' started/;
let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('caching_signaling');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/// How long the slowest callback from the `first`-th on took, in seconds: the wait for the server,
/// without what the browser needs to draw.
function slowestCallback(page, first = 0) {
  return Math.max(...page.callbacks.slice(first).map(({sent, done}) => done - sent)) / 1000;
}

/// Chooses a value and waits for its graphs; how long the slowest callback took.
async function chooseAndWait(page, value) {
  const first = page.callbacks.length;
  await choose(page, 'dropdown', value);
  await waitForGraphs(page, 4, rows[value]);
  return slowestCallback(page, first);
}

/// Far below the computation's five seconds, far above what a busy machine needs without it.
const atOnce = 2.5;

test('the first load takes the computation’s five seconds, then draws four graphs', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  const [signal] = page.callbacks.filter(({output}) => output === 'signal.children');
  assert.ok(signal.done - signal.sent > 4900, `took ${signal.done - signal.sent} ms`);
  assert.deepEqual(server.computations(), {apples: 1});
  await screenshot(page, 'caching_signaling');

  const graphs = page.callbacks.filter(({output}) => output.endsWith('.figure'));
  assert.equal(graphs.length, 4);
  assert.ok(graphs.every(({sent}) => sent > signal.done), 'the graphs wait for the signal');
  assert.ok(graphs.every(({sent, done}) => done - sent < atOnce * 1000), 'and then for nothing');
  assertNoProblems(page);
  await page.context().close();
});

test('a value seen before comes at once, a new one is computed once', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  assert.ok(await chooseAndWait(page, 'oranges') > 4.9);
  const seconds = await chooseAndWait(page, 'apples');
  assert.ok(seconds < atOnce, `took ${seconds} s`);
  assert.deepEqual(server.computations(), {apples: 1, oranges: 1});
  assertNoProblems(page);
  await page.context().close();
});

test('a second browser gets everything without waiting, from its first load', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  assert.ok(slowestCallback(page) < atOnce, `took ${slowestCallback(page)} s`);
  assert.equal(server.computations().apples, 1);
  assertNoProblems(page);
  await page.context().close();
});

test('killing the computing worker passes its computation to one that waits', async () => {
  const started = server.matches(signalStarted).length;
  const requests = Array.from({length: 8}, () =>
    server.post('signal.children', input('figs')).catch(error => ({error})));
  await server.line(signalStarted, {count: started + requests.length});
  const leader = await server.computingWorker(3);
  const killed = performance.now();
  process.kill(leader, 'SIGKILL');
  const successor = await server.computingWorker(4);
  const takeOver = performance.now() - killed;

  assert.notEqual(successor, leader);
  assert.ok(takeOver < 1000, `took ${takeOver} ms`);
  const answers = await Promise.all(requests);
  const served = answers.filter(answer => answer.status === 200);
  assert.ok(served.length >= 1, 'whoever waited in another worker is served');
  assert.equal(server.computations().figs, 2, 'the killed computation and its successor');

  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  assert.ok(await chooseAndWait(page, 'figs') < atOnce);
  assertNoProblems(page);
  await page.context().close();
});

test('a reload completes although the computing worker was killed', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  await choose(page, 'dropdown', 'pineapples');
  process.kill(await server.computingWorker(5), 'SIGKILL');
  await page.reload();
  await waitForGraphs(page, 4, rows.apples);
  await chooseAndWait(page, 'pineapples');
  await page.context().close();
});
