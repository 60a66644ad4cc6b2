// SPDX-License-Identifier: MIT
// The renderer's side of contexts, patches, set_props and several outputs.
import assert from 'node:assert/strict';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {assertNoProblems, launchBrowser, openPage} from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser, server, page;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start(path.join(process.env.EKIDEN_TEST_APPS, 'browser_callbacks.so'),
    {workers: 2});
  page = await openPage(browser, server.url);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function shows(selector, text) {
  await page.locator(selector).filter({hasText: new RegExp(`^${text}$`)}).waitFor();
}

test('a callback knows what triggered it', async () => {
  await shows('#triggered', 'page load');
  await page.click('#right');
  await shows('#triggered', 'right');
  await page.click('#left');
  await shows('#triggered', 'left');
});

test('a Patch changes the list that the browser has', async () => {
  await page.click('#add');
  await shows('#list', 'firstitem 1');
  await page.click('#add');
  await shows('#list', 'firstitem 1item 2');
});

test('set_props reaches a component that is no output, and what depends on it', async () => {
  await shows('#echo', 'echo of nothing');
  await page.click('#say');
  await shows('#said', 'said 1');
  await shows('#echo', 'echo of said 1');
  await shows('#say-output', 'done');
});

test('one of several outputs may stay as it is', async () => {
  await shows('#greeting', 'Hello you');
  await shows('#length', '3');
  await page.fill('#name', '');
  await shows('#length', '0');
  await shows('#greeting', 'Hello you');
});

test('nothing went wrong on the way', () => assertNoProblems(page));
