// SPDX-License-Identifier: MIT
// set_props, and callbacks that have no output at all.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('arbitrary');

test('set_props changes a component beside the output', 'arb001', async page => {
  await page.click('#button');
  await shows(page, '#output', 'click 1');
  await shows(page, '#other', 'set besides');
  assert.equal(calls(page).length, 1);
});

test('a callback without output is called, and may set properties', 'arb002', async page => {
  await page.click('#first');
  await shows(page, '#said', 'first');
  await page.click('#second');
  await shows(page, '#said', 'second');
  const response = page.waitForResponse('**/_dash-update-component');
  await page.click('#silent');
  assert.equal((await response).status(), 204);
  await settled(page);
  assert.equal(calls(page).length, 3, 'one call for each click');
  assert.equal(await page.textContent('#said'), 'second');
});

test('set_props names a component by its object id', 'arb004', async page => {
  await page.click('#button');
  await shows(page, '#output', '1');
  await page.click('#button');
  await shows(page, '#output', '2');
});

test('the error of a callback without output is told by its Inputs', 'arb005', async page => {
  await page.click('#start');
  await shows(page, '.dash-fe-error__title',
    'Callback error with no output from input start.n_clicks');
  await settled(page);
  assert.ok(page.problems.some(problem => /^500: .*_dash-update-component$/.test(problem)));
  const expected = /Callback error with no output|\b500\b/;
  page.problems = page.problems.filter(problem => !expected.test(problem));
}, {args: ['--debug']});

test('several set_props of one component add up', 'arb006', async page => {
  await page.click('#start');
  await shows(page, '#output', 'changed');
  await page.waitForFunction(() =>
    getComputedStyle(document.querySelector('#output') ?? document.body).backgroundColor === 'rgb(255, 0, 0)');
});

test('a callback of the browser needs no output', 'arb007', async page => {
  await page.click('#one');
  await shows(page, '#output', 'one 1');
  await page.click('#two');
  await shows(page, '#output', 'two 1');
  assert.equal(calls(page).length, 0);
});

test('what set_props puts on the page starts callbacks', 'arb008', async page => {
  await page.click('#origin');
  for (const clicks of [1, 2, 3, 4]) {
    await page.click('#made');
    await shows(page, '#output', `${clicks} clicks`);
  }
});
