// SPDX-License-Identifier: MIT
// What clientside functions are told of their call.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('clientside_context');

/// Clicks the button; `row` is an index of the pattern, or none for the button of its own.
const click = (page, row) =>
  page.locator('button', {hasText: row === undefined ? 'single' : `row ${row}`}).click();

/// `{"row":0}.n_clicks = 2` and so on, for the four components.
const lines = (property, [single, ...rows]) => [`single.${property} = ${single}`,
  ...rows.map((value, row) => `{"row":${row}}.${property} = ${value}`)].join(', ');

/// The list form: what has no value has none there, either.
const list = (property, [single, ...rows]) => JSON.stringify([
  {id: 'single', property, value: single},
  rows.map((value, row) => ({id: {row}, property, value})),
]);

/// Clicks, and after each what the function shows of the counts.
async function clicksAreShown(page, shown) {
  const counts = [undefined, undefined, undefined, undefined];
  await shows(page, '#output', shown(counts));
  for (const button of [0, 1, 1, 3]) {
    await click(page, button === 0 ? undefined : button - 1);
    counts[button] = (counts[button] ?? 0) + 1;
    await shows(page, '#output', shown(counts));
  }
  await settled(page);
  assert.equal(calls(page).length, 0);
}

test('triggered holds what was clicked, with its value', 'clsd009', async page => {
  await shows(page, '#output', '');
  await click(page);
  await shows(page, '#output', 'single.n_clicks = 1');
  await click(page, 0);
  await shows(page, '#output', '{"row":0}.n_clicks = 1');
  await click(page, 0);
  await shows(page, '#output', '{"row":0}.n_clicks = 2');
  await click(page, 2);
  await shows(page, '#output', '{"row":2}.n_clicks = 1');
});

test('triggered_id is a string or the object of a pattern', 'clsd020', async page => {
  await settled(page);
  await click(page);
  await shows(page, '#output', '"single"');
  await click(page, 0);
  await shows(page, '#output', '{"row":0}');
  await click(page, 2);
  await shows(page, '#output', '{"row":2}');
});

test('inputs holds the values by name', 'clsd010', page =>
  clicksAreShown(page, counts => lines('n_clicks', counts.map(count => count ?? null))));

test('inputs_list holds the values with their ids, those of a pattern in a list', 'clsd011',
  page => clicksAreShown(page, counts => list('n_clicks', counts)));

/// Fields filled and submitted, and after each what the function shows of the values.
async function valuesAreShown(page, shown) {
  const values = [undefined, undefined, undefined, undefined];
  await shows(page, '#output', shown(values));
  for (const field of [0, 1, 3]) {
    values[field] = `text ${field}`;
    await page.locator('input').nth(field).fill(values[field]);
    await page.locator('input').nth(field).press('Enter');
    await shows(page, '#output', shown(values));
  }
}

test('states holds the values by name', 'clsd012', page =>
  valuesAreShown(page, values => lines('value', values.map(value => value ?? null))));

test('states_list holds the values with their ids, those of a pattern in a list', 'clsd013',
  page => valuesAreShown(page, values => list('value', values)));

const both = '[{"id":"first","property":"children"},{"id":"second","property":"children"}]';

test('outputs_list is the one output', 'clol001', async page => {
  await page.click('#left');
  await shows(page, '#first', '{"id":"first","property":"children"}');
});

test('outputs_list is a list of several outputs', 'clol002', async page => {
  await page.click('#left');
  await shows(page, '#first', both);
  await shows(page, '#second', both);
});

test('outputs_list has the outputs that receive no_update, too', 'clol003', async page => {
  await page.click('#left');
  await shows(page, '#first', both);
  assert.equal(await page.textContent('#second'), '');
  await page.click('#right');
  await shows(page, '#second', both);
});

test('outputs_list is undefined where there is no output', 'clol004', async page => {
  await page.click('#left');
  await shows(page, '#second', 'type: undefined');
  assert.equal(await page.textContent('#first'), '');
});
