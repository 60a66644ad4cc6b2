// SPDX-License-Identifier: MIT
// Callbacks and components whose code is loaded when they are first shown.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('async_components');

/// The scripts loaded so far whose address has `part` in it.
const scripts = (page, part) => page.evaluate(wanted => performance.getEntriesByType('resource')
  .filter(entry => entry.initiatorType === 'script' && entry.name.includes(wanted)).length, part);

test('a callback runs beside a table that has not been shown', 'cbsc003', async page => {
  await shows(page, '#output', 'Hello');
  await page.click('#btn');
  await shows(page, '#output', 'Bye');
  assert.equal(await scripts(page, 'async-table'), 0);
});

test('a table that has not been shown has the properties of the layout only', 'cbsc004',
  async page => {
    await shows(page, '#output', '[{"a":"b"}] - null');
    await shows(page, '#output2', 'null - null');
    await page.click('#btn');
    await shows(page, '#output', '[{"a":"b"}] - 1');
    await shows(page, '#output2', 'null - 1');
    assert.equal(await scripts(page, 'async-table'), 0);

    await page.click('.tab:not(.tab--selected)');
    await page.locator('#table th', {hasText: 'A'}).waitFor();
    await settled(page);
    assert.equal(await scripts(page, 'async-table'), 1);
    // What the table adds are States: nothing runs by itself.
    await shows(page, '#output2', 'null - 1');
    for (let clicks = 2; clicks < 10; ++clicks) {
      await page.click('#btn');
      await shows(page, '#output', `[{"a":"b"}] - ${clicks}`);
      await shows(page, '#output2', `[{"a":"b"}] - ${clicks}`);
    }
    assert.equal(calls(page).length, 2 * 10);
  });

test('a callback runs with the input of a dropdown that has not been shown', 'cbsc009',
  async page => {
    await shows(page, '#output', '[null,null,"A"]');
    await page.click('#d');
    await shows(page, '#output', '[null,1,"A"]');
    await page.click('#n');
    await shows(page, '#output', '[1,1,"A"]');
    await page.click('#d');
    await shows(page, '#output', '[1,2,"A"]');
    await settled(page);
    assert.equal(await page.locator('#async').count(), 0);
    assert.equal(await scripts(page, 'async-dropdown'), 0);

    await page.click('#n');
    await shows(page, '#output', '[2,2,"A"]');
    await shows(page, '#async .dash-dropdown-value', 'A');
    assert.equal(await scripts(page, 'async-dropdown'), 1);
  });
