// SPDX-License-Identifier: MIT
// The guide's example 3 as a person sees it: 6 workers × 2 threads behind a real browser.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, choose, launchBrowser, openPage, screenshot, waitForGraphs}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

const rows = {apples: 500, oranges: 1000, figs: 2000, pineapples: 1500};
const input = value => [{id: 'dropdown', property: 'value', value}];
let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('caching_signaling');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function loadTime(page, count) {
  const start = performance.now();
  await waitForGraphs(page, 4, count);
  return (performance.now() - start) / 1000;
}

test('the first load takes the computation’s five seconds, then draws four graphs', async () => {
  const page = await openPage(browser, server.url);
  const seconds = await loadTime(page, rows.apples);
  assert.ok(seconds > 4 && seconds < 20, `took ${seconds} s`);
  assert.deepEqual(server.computations(), {apples: 1});
  await screenshot(page, 'caching_signaling');

  const graphs = page.callbacks.filter(({output}) => output.endsWith('.figure'));
  assert.equal(graphs.length, 4);
  const lastSent = Math.max(...graphs.map(({sent}) => sent));
  const firstDone = Math.min(...graphs.map(({done}) => done));
  assert.ok(lastSent < firstDone, 'all four graph callbacks are under way together');
  assertNoProblems(page);
  await page.context().close();
});

test('a value seen before comes at once, a new one is computed once', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  await choose(page, 'dropdown', 'oranges');
  await waitForGraphs(page, 4, rows.oranges);
  await choose(page, 'dropdown', 'apples');
  const seconds = await loadTime(page, rows.apples);
  assert.ok(seconds < 4, `took ${seconds} s`);
  assert.deepEqual(server.computations(), {apples: 1, oranges: 1});
  assertNoProblems(page);
  await page.context().close();
});

test('a second browser gets everything without waiting, from its first load', async () => {
  const page = await openPage(browser, server.url);
  const seconds = await loadTime(page, rows.apples);
  assert.ok(seconds < 4, `took ${seconds} s`);
  assert.equal(server.computations().apples, 1);
  assertNoProblems(page);
  await page.context().close();
});

test('killing the computing worker passes its computation to one that waits', async () => {
  const requests = Array.from({length: 8}, () =>
    server.post('signal.children', input('figs')).catch(error => ({error})));
  const [, leader] = await server.line(/ (\d+) worker \d+: .*computing 'global_store'/, {count: 3});
  const started = / (\d+) worker \d+: callback 'signal\.children' started/;
  await server.line(started, {count: server.matches(started).length - 8 + 8});
  const before_kill = performance.now();
  process.kill(Number(leader), 'SIGKILL');
  const [, successor] = await server.line(/ (\d+) worker \d+: .*computing 'global_store'/, {count: 4});
  const takeOver = performance.now() - before_kill;

  assert.notEqual(successor, leader);
  assert.ok(takeOver < 1000, `took ${takeOver} ms`);
  const answers = await Promise.all(requests);
  const served = answers.filter(answer => answer.status === 200);
  assert.ok(served.length >= 1, 'whoever waited in another worker is served');
  assert.equal(server.computations().figs, 2, 'the killed computation and its successor');

  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  await choose(page, 'dropdown', 'figs');
  assert.ok(await loadTime(page, rows.figs) < 4);
  assertNoProblems(page);
  await page.context().close();
});

test('a reload completes although the computing worker was killed', async () => {
  const page = await openPage(browser, server.url);
  await waitForGraphs(page, 4, rows.apples);
  await choose(page, 'dropdown', 'pineapples');
  const [, leader] = await server.line(/ (\d+) worker \d+: .*computing 'global_store'/, {count: 5});
  process.kill(Number(leader), 'SIGKILL');
  await page.reload();
  await waitForGraphs(page, 4, rows.apples);
  await choose(page, 'dropdown', 'pineapples');
  await waitForGraphs(page, 4, rows.pineapples);
  await page.context().close();
});
