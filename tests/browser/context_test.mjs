// SPDX-License-Identifier: MIT
// What callbacks learn from their context.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('context');

const buttons = ['btn-1', 'btn-2', 'btn-3', 'btn-4', 'btn-5'];

test('a callback sets a cookie', 'cbcx001', async page => {
  const cookie = async () => (await page.context().cookies())
    .find(({name}) => name === 'dash_cookie').value;
  await shows(page, '#output', 'ab - output');
  assert.equal(await cookie(), 'ab-cookie');
  await page.fill('#input', 'abcd');
  await shows(page, '#output', 'abcd - output');
  assert.equal(await cookie(), 'abcd-cookie');
});

test('a callback knows the property that triggered it, and its value', 'cbcx002', async page => {
  await settled(page);
  for (let round = 1; round <= 4; ++round) {
    for (const button of buttons) {
      await page.click(`#${button}`);
      await shows(page, '#output', `${button} for the ${round} time`);
    }
  }
  assert.equal(calls(page).length, 1 + 4 * buttons.length);
});

test('the triggers are false when the page is loaded, though there is one', 'cbcx004',
  async page => {
    await shows(page, '#out', 'false: 1 . null');
    await page.click('#btn');
    await shows(page, '#out', 'true: 1 btn.n_clicks 1');
  });

test('a click that reaches several components is one call with several triggers', 'cbcx005',
  async page => {
    await settled(page);
    assert.equal(calls(page).length, 0);
    const clicks = [
      ['#btn0', 'btn0.n_clicks [null,null,1,null,null]'],
      ['#div1', 'div1.n_clicks [1,null,1,null,null]'],
      ['#btn1', 'btn1.n_clicks div1.n_clicks [2,null,1,1,null]'],
      ['#div2', 'div1.n_clicks div2.n_clicks [3,1,1,1,null]'],
      ['#btn2', 'btn2.n_clicks div1.n_clicks div2.n_clicks [4,2,1,1,1]'],
    ];
    for (const [target, text] of clicks) {
      await page.click(target, {position: {x: 5, y: 5}});
      await shows(page, '#div3', text);
    }
    await settled(page);
    assert.equal(calls(page).length, clicks.length);
  });

test('a callback knows which of its inputs another callback has changed', 'cbcx006', async page => {
  await shows(page, '#results', '0 + 0 = 0: sum-number.value');
  await shows(page, '#sum-triggers', '.');
  await page.fill('#input-number-1', '1');
  await shows(page, '#results', '1 + 0 = 1: input-number-1.value sum-number.value');
  await shows(page, '#sum-triggers', 'input-number-1.value');
  await page.fill('#input-number-2', '1');
  await shows(page, '#results', '1 + 1 = 2: input-number-2.value sum-number.value');
  await shows(page, '#sum-triggers', 'input-number-2.value');
  await settled(page);
  assert.equal(calls(page).length, 6);
});

test('a callback knows the component that triggered it', 'cbcx007', async page => {
  await settled(page);
  for (let round = 1; round <= 4; ++round) {
    for (const button of buttons) {
      await page.click(`#${button}`);
      await shows(page, '#output', `"${button}" of {"${button}.n_clicks":"${button}"}`);
    }
  }
  assert.equal(calls(page).length, 1 + 4 * buttons.length);
});

test('a component that triggered a callback may have an object for an id', 'cbcx008',
  async page => {
    await settled(page);
    await shows(page, '#output', '');
    await page.getByRole('button').click();
    await shows(page, '#output', 'myindex');
    assert.equal(calls(page).length, 2);
  });
