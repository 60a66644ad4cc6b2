// SPDX-License-Identifier: MIT
// The guide's two ways to share a query: only one of them queries again when the unit changes.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, launchBrowser, openPage, screenshot, settled, shows}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('weather', {workers: 2});
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const highest = (page, way) =>
  page.textContent(`#weather-${way}-table tbody td:last-child`).then(text => parseFloat(text));

async function chooseUnit(page, way, unit) {
  await page.click(`#weather-${way}-unit label:has-text("${unit}")`);
  await page.waitForFunction(({where, wanted}) =>
    document.querySelector(`#weather-${where}-table tbody td`)?.textContent.endsWith(wanted),
  {where: way, wanted: unit});
}

test('another unit costs a query where one callback does all, and none where others share', async () => {
  const page = await openPage(browser, server.url);
  await shows(page, '#weather-once-queries', '1');
  await shows(page, '#weather-shared-queries', '1');
  await settled(page);
  const celsius = await highest(page, 'once');
  assert.ok(celsius > 10 && celsius < 30, `${celsius} °C`);
  assert.equal(await highest(page, 'shared'), celsius);
  await page.waitForFunction(() =>
    document.querySelectorAll('.js-plotly-plot .scatterlayer .trace').length === 2);
  await screenshot(page, 'weather');

  for (const way of ['once', 'shared']) {
    await chooseUnit(page, way, '°F');
    assert.ok(Math.abs(await highest(page, way) - (celsius * 9 / 5 + 32)) < 0.11);
  }
  await shows(page, '#weather-once-queries', '2');
  await settled(page);
  await shows(page, '#weather-shared-queries', '1');
  await chooseUnit(page, 'once', '°C');
  await chooseUnit(page, 'shared', '°C');
  await shows(page, '#weather-once-queries', '3');
  await settled(page);
  await shows(page, '#weather-shared-queries', '1');
  assertNoProblems(page);
});

test('another date is another query, and all workers count together', async () => {
  const counts = new Set();
  for (let day = 10; day < 14; ++day) {
    const {body} = await server.post('..weather-shared-readings.data...weather-shared-queries.children..',
      [{id: 'weather-shared-date', property: 'date', value: `2022-04-${day}`}]);
    const {response} = JSON.parse(body);
    assert.equal(response['weather-shared-readings'].data.data.length, 24);
    counts.add(response['weather-shared-queries'].children);
  }
  assert.deepEqual([...counts], [2, 3, 4, 5]);
});

test('a date is a parameter of the query, never part of its text', async () => {
  const {status, body} = await server.post(
    '..weather-shared-readings.data...weather-shared-queries.children..',
    [{id: 'weather-shared-date', property: 'date', value: "' or '1'='1"}]);
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body).response['weather-shared-readings'].data.data, []);
});
