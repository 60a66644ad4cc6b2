// SPDX-License-Identifier: MIT
// Callbacks that do not run when the page is loaded.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('prevent_initial');

/// Each app is served in these forms. In those of the browser the server is only asked for what is
/// its own: the component d, and the page's content.
const flavors = [
  ['plain', 'said by the callback'],
  ['clientside', 'run by the browser', {inBrowser: true}],
  ['content', 'on components that a callback made', {made: true}],
  ['global', 'said by the app'],
  ['all', 'said by the app, run by the browser, on components that a callback made',
    {inBrowser: true, made: true}],
];

async function show(page, texts) {
  for (const [name, text] of Object.entries(texts).reverse()) await shows(page, `.${name}`, text);
  await settled(page);
}

for (const [flavor, words, {inBrowser, made} = {}] of flavors) {
  for (const [id, subject] of [['cbpi001', 'a callback'], ['cbpi002', 'a callback of MATCH']]) {
    test(`${subject} waits for the first change, or for another callback's: ${words}`,
      `${id}-${flavor}`, async page => {
        await show(page, {a: 'A', b: 'A', c: 'C', d: 'D', e: 'AD', f: 'AAD'});
        assert.equal(calls(page).length, (inBrowser ? 1 : 4) + (made ? 1 : 0));
        await page.click('.btn');
        await show(page, {a: 'Click', b: 'Click', c: 'Click', d: 'D', e: 'ClickD', f: 'ClickClickD'});
        assert.equal(calls(page).length, (inBrowser ? 1 : 9) + (made ? 1 : 0));
      });
  }

  test(`a callback of several outputs waits for the first change: ${words}`, `cbpi003-${flavor}`,
    async page => {
      await show(page, {a: 'A', b: 'B', c: 'C', d: 'D', e: 'E', f: 'F', g: 'F'});
      assert.equal(calls(page).length, (inBrowser ? 0 : 1) + (made ? 1 : 0));
      await page.click('.btn');
      await show(page, {
        a: 'Blue', b: 'Cheese', c: 'BlueCheese', d: 'BlueCheese', e: 'Blue', f: 'Blue', g: 'Blue',
      });
      assert.equal(calls(page).length, (inBrowser ? 0 : 5) + (made ? 1 : 0));
    });
}

test('the option may be given without its name', 'cbpi004', async page => {
  await settled(page);
  await shows(page, '#out', '');
  assert.equal(calls(page).length, 0);
  await page.click('#btn');
  await shows(page, '#out', '1');
  assert.equal(calls(page).length, 1);
});
