// SPDX-License-Identifier: MIT
// Parts of the component libraries that a page loads when it needs them, or at once.
import assert from 'node:assert/strict';

import {settled} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('index_page');

/// How plotly.js was asked for: by the page itself, or later.
function notePlotly(page) {
  page.plotly = [];
  page.on('request', request => {
    if (/plotly(\.|-)/.test(request.url())) page.plotly.push(request.url());
  });
}

const tags = page => page.$$eval('script[src]', all => all.map(script => script.src));
const hasPlotly = page => page.evaluate(() => Boolean(window.Plotly));

test('eager loading puts plotly.js among the page\'s scripts', 'scri001-eager',
  async (page, server) => {
    await page.waitForSelector('.js-plotly-plot .main-svg');
    assert.ok(await hasPlotly(page));
    const index = await (await fetch(server.url)).text();
    assert.match(index, /<script src="[^"]*plotly[^"]*">/);
    assert.equal(page.plotly.length, 1);
  }, {args: ['--debug'], prepare: notePlotly});

test('without it plotly.js is no script of the page, but loaded for the first graph', 'scri001',
  async (page, server) => {
    await page.waitForSelector('.js-plotly-plot .main-svg');
    assert.ok(await hasPlotly(page));
    assert.doesNotMatch(await (await fetch(server.url)).text(), /<script src="[^"]*plotly[^"]*">/);
    assert.equal(page.plotly.length, 1);
  }, {args: ['--debug'], prepare: notePlotly});

test('plotly.js is asked for when a callback brings a graph', 'scri002', async page => {
  await settled(page);
  assert.ok(!await hasPlotly(page));
  assert.deepEqual(page.plotly, []);
  const before = (await tags(page)).length;
  await page.click('#button');
  await page.waitForSelector('.js-plotly-plot .main-svg');
  assert.ok(await hasPlotly(page));
  assert.equal(page.plotly.length, 1);
  assert.ok((await tags(page)).length >= before);
}, {args: ['--debug'], prepare: notePlotly});
