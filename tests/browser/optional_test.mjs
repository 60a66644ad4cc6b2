// SPDX-License-Identifier: MIT
// Inputs and States whose component need not be on the page.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('optional');

test('an optional Input is null until its component is there', 'cbop001', async page => {
  await shows(page, '#output', 'none and none');
  await page.click('#first');
  await shows(page, '#output', '1 and none');
  await page.click('#second');
  await shows(page, '#output', '1 and 1');
});

test('an optional State is null until its component is there', 'cbop002', async page => {
  await shows(page, '#output', 'none and none');
  await page.click('#first');
  await shows(page, '#output', '1 and none');
  await page.click('#second');
  await shows(page, '#second-output', '1');
  await settled(page);
  assert.equal(await page.textContent('#output'), '1 and none', 'a State calls nothing');
  assert.equal(calls(page, 'output.children').length, 2);
  await page.click('#first');
  await shows(page, '#output', '2 and 1');
});
