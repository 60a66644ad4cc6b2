// SPDX-License-Identifier: MIT
// Properties that have another value while a callback runs.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('running');

test('a component shows that a callback runs', 'cbsc019', async page => {
  await shows(page, '#running', 'off');
  const gate = await Gate.at(page, /output/);
  await page.click('#start');
  await gate.holds(1);
  await shows(page, '#running b#content', 'on');
  await shows(page, '#output', '');
  await gate.open();
  await shows(page, '#output', 'done');
  await shows(page, '#running', 'off');
  assert.equal(calls(page).length, 1);
});

test('a component that does not exist shows nothing, in silence where that is allowed', 'cbsc020',
  async page => {
    await settled(page);
    await page.click('#start');
    await shows(page, '#output', 'done');
    await settled(page);
    assert.equal(await page.locator('#content').count(), 0);
  });

test('the dev tools name a component that should show that a callback runs, and does not exist',
  'cbsc021', async page => {
    await settled(page);
    await page.click('#start');
    await shows(page, '#output', 'done');
    await settled(page);
    // Once for "on", once for "off".
    const errors = await page.evaluate(() => window.store.getState().error.backEnd);
    const title = 'ID running component not found in layout';
    assert.deepEqual(errors.map(({error}) => error.message), [title, title]);
    for (const {error} of errors) {
      assert.match(error.html, /^Component id: "non_existent_component"$/m);
      assert.match(error.html, /^output\.children$/m);
    }
    assert.equal(page.problems.filter(problem => problem.includes(title)).length, 2);
    page.problems = page.problems.filter(problem => !problem.includes(title));
  }, {args: ['--debug']});
