// SPDX-License-Identifier: MIT
// Callbacks in their simplest forms: what is called, when, how often.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('basic');

test('each key typed is one call of the callback', 'cbsc001', async page => {
  await shows(page, '#output-1', 'initial value');
  await page.fill('#input', '');
  await shows(page, '#output-1', '');
  for (let length = 1; length <= 'hello world'.length; ++length) {
    await page.locator('#input').press('hello world'[length - 1].replace(' ', 'Space'));
    await shows(page, '#output-1', 'hello world'.slice(0, length));
  }
  await settled(page);
  // The first, one for the emptied field, one for each key.
  assert.equal(calls(page, 'output-1.children').length, 2 + 'hello world'.length);
});
