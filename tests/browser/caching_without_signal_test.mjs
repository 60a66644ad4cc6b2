// SPDX-License-Identifier: MIT
// Four graphs ask for one expensive value at once, without a signal to line them up.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, launchBrowser, openPage, screenshot, waitForGraphs}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('caching_without_signal');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('four callbacks that run in parallel share one computation', async () => {
  const page = await openPage(browser, server.url);
  await server.line(/callback 'direct-graph-\d\.figure' started/, {count: 4});
  assert.equal(server.matches(/callback 'direct-graph-\d\.figure' finished/).length, 0,
    'all four are under way before the first is done');
  await waitForGraphs(page, 4, 500);
  assert.deepEqual(server.computations(), {apples: 1});
  await screenshot(page, 'caching_without_signal');
  assertNoProblems(page);
});
