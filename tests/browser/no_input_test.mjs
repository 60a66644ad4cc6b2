// SPDX-License-Identifier: MIT
// Callbacks without outputs, without inputs, and without either.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('no_input');

test('a callback without output is called when the page is loaded and when its input changes',
  'cbsc022', async (page, server) => {
    await shows(page, '#output', 'Clicks: 0');
    await server.line(/^noted 0$/);
    await page.click('#btn');
    await shows(page, '#output', 'Clicks: 1');
    await server.line(/^noted 1$/);
    await settled(page);
    assert.equal(server.matches(/^noted/).length, 2);
    assert.equal(calls(page).length, 4);
  });

test('a callback without input is called when the page is loaded', 'cbsc023', async page => {
  await shows(page, '#output', 'Data: initial');
  await settled(page);
  assert.equal(calls(page).length, 1);
});

test('a callback with neither is called once when the page is loaded', 'cbsc024',
  async (page, server) => {
    await server.line(/^called$/);
    await settled(page);
    await shows(page, '#output', 'Waiting...');
    assert.equal(server.matches(/^called$/).length, 1);
    assert.equal(calls(page).length, 1);
  });

test('several callbacks with neither are called once each', 'cbsc025', async (page, server) => {
  await server.line(/^called first$/);
  await server.line(/^called second$/);
  await shows(page, '#output', 'set by the third');
  await settled(page);
  assert.equal(server.matches(/^called/).length, 2);
  assert.equal(calls(page).length, 3);
});

test('callbacks without input may share an output', 'cbsc026', async page => {
  await page.waitForFunction(() =>
    ['First: initial', 'Second: initial'].includes(
      document.querySelector('#output')?.textContent));
  await settled(page);
  assert.equal(calls(page).length, 2);
  const answers = await Promise.all(calls(page).map(async ({request}) =>
    (await (await request.response()).json()).response.output.children));
  assert.deepEqual(answers.sort(), ['First: initial', 'Second: initial']);
});
