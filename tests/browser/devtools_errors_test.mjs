// SPDX-License-Identifier: MIT
// Errors of callbacks and properties in the dev tools.
import assert from 'node:assert/strict';

import {screenshot, settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';
import {countsErrors, debugging, expectErrors, serverError, titles}
  from './support/devtools.mjs';

const test = suite('devtools');

async function throwsTwice(page) {
  await settled(page);
  await page.click('#button');
  await countsErrors(page, 1);
  await page.click('#button');
  await countsErrors(page, 2);
  await page.click('.test-devtools-error-toggle');
  const frame = page.frameLocator('.dash-be-error__str iframe, .dash-backend-error iframe, iframe');
  await frame.first().locator('.errormsg').waitFor();
  await screenshot(page, 'devtools_error');
  assert.equal(await frame.first().locator('.errormsg').textContent(),
    'std::runtime_error: second exception');
  const [second, first] = [await serverError(page, 0), await serverError(page, 1)];
  assert.match(second, /second exception/);
  assert.doesNotMatch(second, /sink_the_ship/);
  assert.match(first, /std::domain_error: the ship has sunk/);
  assert.match(first, /sink_the_ship/);
  expectErrors(page);
  return [second, first];
}

test('exceptions are shown with the functions of the app', 'exceptions', async page => {
  const pages = await throwsTwice(page);
  for (const html of pages) assert.doesNotMatch(html, /ekiden::worker::/);
}, {args: debugging});

test('errors that are not pruned show the inside of the server too', 'exceptions', async page => {
  const pages = await throwsTwice(page);
  for (const html of pages) assert.match(html, /ekiden::worker::/);
}, {args: [...debugging, '--no-dev-tools-prune-errors']});

test('a prevented update is no error', 'prevented_update', async page => {
  await shows(page, '#output', 'clicks: 0');
  await page.click('#button');
  await settled(page);
  await page.click('#button');
  await countsErrors(page, 1);
  await page.click('#button');
  await shows(page, '#output', 'clicks: 3');
  await countsErrors(page, 1);
  expectErrors(page);
}, {args: debugging});

test('a property that an update makes wrong is reported', 'wrong_update', async page => {
  await settled(page);
  await page.click('#button');
  await countsErrors(page, 1);
  const [title] = await titles(page);
  assert.match(title, /Invalid argument `clear_data` passed into Store with ID "output"/);
  expectErrors(page);
}, {args: debugging});

test('a wrong property of a created component is reported', 'wrong_creation', async page => {
  await settled(page);
  await page.click('#button');
  await countsErrors(page, 1);
  const [title] = await titles(page);
  assert.match(title, /Invalid argument `clear_data` passed into Store with ID "created"/);
  expectErrors(page);
}, {args: debugging});

test('an error names all outputs of its callback', 'two_outputs', async page => {
  await shows(page, '#left', 'left: 0');
  await page.click('#button');
  await countsErrors(page, 1);
  assert.deepEqual(await titles(page),
    ['Callback error updating ..left.children...right.children..']);
  assert.equal(await page.textContent('#right'), 'right: 0');
  expectErrors(page);
}, {args: debugging});

test('each wrong property of a layout is one error that says what was expected',
  'wrong_properties', async page => {
    await shows(page, '#fine', 'fine');
    await countsErrors(page, 4);
    const found = (await titles(page)).sort();
    const ids = ['checklist', 'interval', 'store', 'input'];
    found.forEach((title, index) =>
      assert.match(title, new RegExp(`Invalid argument .* passed into \\w+ with ID "${ids[index]}"`)));
    for (const title of found) assert.match(title, /\nExpected [^]*\nValue provided: /);
    await screenshot(page, 'devtools_props_check');
    expectErrors(page);
  }, {args: debugging});
