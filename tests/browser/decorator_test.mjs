// SPDX-License-Identifier: MIT
// Callbacks registered by the app's own block and by functions of another file.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('decorator');

test('callbacks registered in another file are like the app\'s own', 'cb001', async page => {
  await shows(page, '#output-here', 'Here: initial');
  await shows(page, '#output-elsewhere', 'Elsewhere: initial');
  await page.fill('#input', 'test');
  await shows(page, '#output-here', 'Here: test');
  await shows(page, '#output-elsewhere', 'Elsewhere: test');
  await settled(page);
  assert.equal(calls(page, 'output-here.children').length, 2);
  assert.equal(calls(page, 'output-elsewhere.children').length, 2);
});

test('a callback has several inputs', 'cb002', async page => {
  await shows(page, '#output', 'Hello World');
  await page.fill('#input1', 'Goodbye');
  await shows(page, '#output', 'Goodbye World');
  await page.fill('#input2', 'Moon');
  await shows(page, '#output', 'Goodbye Moon');
  assert.equal(calls(page).length, 3);
});

test('states are arguments whose changes call nothing', 'cb003', async page => {
  await shows(page, '#output', 'Not clicked');
  await page.click('#button');
  await shows(page, '#output', 'Click 1: stored + trigger');
  await page.fill('#input2', 'changed');
  await settled(page);
  await shows(page, '#output', 'Click 1: stored + trigger');
  await page.click('#button');
  await shows(page, '#output', 'Click 2: stored + changed');
  assert.equal(calls(page).length, 3);
});

test('a callback has several outputs', 'cb004', async page => {
  for (const text of ['test', 'changed']) {
    await page.fill('#input', text);
    await shows(page, '#output1', `First: ${text}`);
    await shows(page, '#output2', `Second: ${text}`);
    await shows(page, '#output3', `Third: ${text}`);
  }
  assert.equal(calls(page).length, 2);
});

test('a callback may wait for the first change', 'cb005', async page => {
  await settled(page);
  await shows(page, '#output', 'default');
  assert.equal(calls(page).length, 0);
  await page.locator('#input').press('End');
  await page.locator('#input').press('x');
  await shows(page, '#output', 'Updated: initialx');
  assert.equal(calls(page).length, 1);
});

test('callbacks of several files may be registered in any order', 'cb006', async page => {
  await shows(page, '#output4', 'Here again: none');
  await page.fill('#input', 'test');
  await shows(page, '#output1', 'Elsewhere: test');
  await shows(page, '#output2', 'Here: test');
  await shows(page, '#output3', 'Elsewhere again: test');
  await shows(page, '#output4', 'Here again: test');
  await settled(page);
  assert.equal(calls(page).length, 8);
});

test('the output that gets no update stays as it is', 'cb007', async page => {
  await shows(page, '#output1', 'Even: 0');
  await shows(page, '#output2', '');
  await page.fill('#input', '1');
  await shows(page, '#output2', 'Odd: 1');
  await shows(page, '#output1', 'Even: 0');
  await page.fill('#input', '2');
  await shows(page, '#output1', 'Even: 2');
  await shows(page, '#output2', 'Odd: 1');
  assert.equal(calls(page).length, 3);
});

test('server and browser share the work of the app\'s own callbacks and of others',
  'dash_callback_001', async page => {
    for (const value of ['none', 'dash.callback']) {
      if (value !== 'none') await page.fill('#input', value);
      for (let i = 1; i <= 5; ++i) await shows(page, `#output${i}`, `Input ${i}: ${value}`);
    }
    await settled(page);
    assert.equal(calls(page).length, 2 * 3);
  });
