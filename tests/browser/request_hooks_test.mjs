// SPDX-License-Identifier: MIT
// JavaScript of the app around the renderer's requests and its layout.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('request_hooks');

test('hooks see the request before and after it is sent, and its answer', 'rdrh001', async page => {
  await shows(page, '#output', 'initial value');
  await page.fill('#input', 'fire the hooks');
  await shows(page, '#output', 'fire the hooks');
  const seen = await page.evaluate(() => window.seen);
  const request = {
    output: 'output.children',
    outputs: {id: 'output', property: 'children'},
    changedPropIds: ['input.value'],
    parsedChangedPropsIds: ['input.value'],
    inputs: [{id: 'input', property: 'value', value: 'fire the hooks'}],
  };
  assert.deepEqual(JSON.parse(seen.pre), request);
  assert.deepEqual(JSON.parse(seen.post), request);
  assert.deepEqual(JSON.parse(seen.response), {output: {children: 'fire the hooks'}});
  await shows(page, '#top', 'above');
  await shows(page, '#bottom', 'below');
});

test('an interpolated index starts a renderer with hooks of its own', 'rdrh002', async page => {
  await shows(page, '#output', 'initial value');
  await page.evaluate(() => { window.seen = {}; });
  await page.fill('#input', 'fire the hooks');
  await shows(page, '#output', 'fire the hooks');
  assert.deepEqual(await page.evaluate(() => window.seen), {pre: true, post: true});
  await shows(page, '#header', 'Header');
  await shows(page, '#footer', 'Footer');
  assert.equal(await page.title(), 'My page');
});

for (const status of [401, 400]) {
  test(`a callback refused with ${status} "JWT Expired" is sent again with a new token`, 'rdrh003',
    async page => {
      await page.fill('#input', '');
      await settled(page);
      for (const text of ['.', '..', '...']) {
        await page.fill('#input', text);
        await shows(page, '#output', text);
      }
      await settled(page);
      assert.deepEqual(await page.evaluate(() => window.tokens), [null, '.', '..']);
      assert.equal(calls(page).length, 1 + 2 * 3);
      assert.equal(page.problems.filter(text => text.startsWith(`${status}: `)).length, 3);
      assert.equal(page.problems.length, 6, 'each refusal is in the log and the console');
      page.problems = [];
    }, {
      env: {EKIDEN_TEST_STATUS: status},
      prepare: page => page.addInitScript(() => {
        window.tokens = [];
        window.renewToken = old => {
          window.tokens.push(old ?? null);
          return '.' + (old ?? '');
        };
      }),
    });
}

test('hooks run before the layout is asked for, and on the layout', 'rdrh004', async page => {
  await shows(page, '#note', 'the layout is on its way');
  await shows(page, '#layout', 'changed on its way');
});
