// SPDX-License-Identifier: MIT
// What each kind of dcc.Store keeps, and for how long.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, choose, launchBrowser, newPage, openPage, screenshot, settled, shows}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('store', {workers: 2});
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const kinds = ['memory', 'session', 'local'];
async function kept(page) {
  await settled(page);
  const texts = await Promise.all(kinds.map(kind => page.textContent(`#store-has-${kind}`)));
  return texts.map(text => text.replace(/,.*/, ''));
}

test('the stores keep what was computed, each as long as its kind', async () => {
  const page = await openPage(browser, server.url);
  assert.deepEqual(await kept(page), ['empty', 'empty', 'empty']);

  await choose(page, 'store-dropdown', 'Osaka');
  await page.waitForFunction(() =>
    document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length === 2);
  assert.deepEqual(await kept(page), ['24 months', '24 months', '24 months']);
  const figures = await page.evaluate(() => [...document.querySelectorAll('.js-plotly-plot')]
    .map(({_fullData}) => ({x: [..._fullData[0].x], y: [..._fullData[0].y]})));
  assert.deepEqual(figures[0], figures[1], 'JSON and typed arrays show the same');
  assert.equal(figures[0].y.length, 24);
  await shows(page, '#store-table tbody tr:first-child td:last-child', String(figures[0].y[0]));
  await screenshot(page, 'store');

  await page.reload();
  assert.deepEqual(await kept(page), ['empty', '24 months', '24 months']);

  const tab = await page.context().newPage();
  await tab.goto(server.url);
  assert.deepEqual(await kept(tab), ['empty', 'empty', '24 months']);

  const other = await newPage(browser);
  await other.goto(server.url);
  assert.deepEqual(await kept(other), ['empty', 'empty', 'empty']);
  assertNoProblems(page);
  assertNoProblems(other);
});

test('typed arrays cross the network as bytes', async () => {
  const {body} = await server.post(
    '..store-memory.data...store-session.data...store-local.data...store-binary.data..',
    [{id: 'store-dropdown', property: 'value', value: 'Kyoto'}]);
  const {sold_kg: sold} = JSON.parse(body).response['store-binary'].data;
  assert.equal(sold.dtype, 'f8');
  assert.equal(Buffer.from(sold.bdata, 'base64').length, 24 * 8);
});
