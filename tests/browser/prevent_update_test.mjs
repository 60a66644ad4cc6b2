// SPDX-License-Identifier: MIT
// Outputs that stay as they are.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('prevent_update');

/// Resolves when the server has answered the call that `action` leads to.
async function answered(page, action) {
  const answer = page.waitForResponse(/_dash-update-component/);
  await action();
  await answer;
  await settled(page);
}

test('what depends on an output that stays as it is is not called', 'cbpu001', async page => {
  await settled(page);
  await page.locator('#input').press('End');
  for (const key of 'xyz') await answered(page, () => page.locator('#input').press(key));
  assert.equal(await page.inputValue('#input'), 'initial inputxyz');
  await shows(page, '#output1', 'initial output');
  await shows(page, '#output2', 'initial output');
  const statuses = await Promise.all(calls(page, 'output1.children')
    .map(async ({request}) => (await request.response()).status()));
  // PreventUpdate twice, then no_update.
  assert.deepEqual(statuses, [204, 204, 200, 200]);
  assert.equal(calls(page, 'output2.children').length, 0);
});

test('each of several outputs stays as it is when told so', 'cbpu002', async page => {
  await settled(page);
  const texts = [];
  for (let clicks = 1; clicks <= 10; ++clicks) {
    await answered(page, () => page.click('#btn'));
    texts.push(await page.evaluate(() =>
      ['n1', 'n2', 'n3'].map(id => document.getElementById(id).textContent).join(' ')));
  }
  assert.deepEqual(texts.slice(0, 5),
    ['1 1 initial3', '2 2 initial3', '3 2 initial3', '4 2 initial3', '4 2 initial3']);
  assert.deepEqual(new Set(texts.slice(5)), new Set(['4 2 initial3']));
  assert.equal(calls(page).length, 11);
});

test('a chain goes on where an output has a value, even the one it had', 'cbpu003', async page => {
  const show = async (a, short, b, ab) => {
    await page.fill('#b_in', b);
    await shows(page, '#b_out', b);
    await page.fill('#a_in', a);
    await shows(page, '#a_out', a);
    await settled(page);
    await shows(page, '#a_out_short', short);
    await shows(page, '#ab_out', ab);
  };
  // Nobody waits for a State, so the first text may lack the "b".
  await shows(page, '#b_out', 'b');
  await shows(page, '#a_out_short', 'a');
  await settled(page);
  await show('aa', 'aa', 'bb', 'aa bb');
  assert.equal(calls(page, 'ab_out.children').length, 2);
  await show('aaa', 'aa', 'bbb', 'aa bb');
  assert.equal(calls(page, 'ab_out.children').length, 2);
  await show('aa', 'aa', 'bbbb', 'aa bbbb');
  assert.equal(calls(page, 'ab_out.children').length, 3);
});
