// SPDX-License-Identifier: MIT
// Callbacks whose ids are patterns.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('wildcards');

/// Where the component with that id is; its keys must be sorted.
const at = id => `[id='${JSON.stringify(id)}']`;

async function choose(page, id, option) {
  await page.click(at(id));
  await page.getByRole('option', {name: option, exact: true}).click();
}

async function countUpAndDown(page) {
  const sums = [0, 0, 1, 2, 4, 7, 12, 20];
  const shown = n => shows(page, '#sum', `${n} numbers, sum ${sums[n]}`);
  await shown(4);
  for (const n of [5, 6, 7]) {
    await page.press('#n', 'ArrowUp');
    await shown(n);
  }
  for (const n of [6, 5, 4, 3, 2, 1, 0]) {
    await page.press('#n', 'ArrowDown');
    await shown(n);
  }
}

test('each of a row is called with all smaller ones', 'cbwc002', countUpAndDown);

test('in the browser, too, each of a row is called with all smaller ones', 'cbwc002-browser',
  async page => {
    await countUpAndDown(page);
    assert.deepEqual(calls(page).filter(call => call.output !== 'series.children'), []);
  });

test('MATCH tells rows apart whose ids have the same keys', 'cbwc003', async page => {
  const choice = row => ({part: 'choice', row}), report = row => at({part: 'report', row});
  await shows(page, report(0), 'Row 0 has nothing');
  await choose(page, choice(0), 'Rome');
  await shows(page, report(0), 'Row 0 has Rome');
  await page.click('#add');
  await shows(page, report(1), 'Row 1 has nothing');
  await choose(page, choice(1), 'Lima');
  await shows(page, report(1), 'Row 1 has Lima');
  await shows(page, report(0), 'Row 0 has Rome');
});

test('a new part of the page triggers what was there, not what came with it', 'cbwc004',
  async page => {
    const field = index => ({index, type: 'field'});
    await shows(page, '#part', 'Nothing yet');
    await shows(page, '#outer', 'loaded .');
    await page.click('#more');
    await shows(page, '#outer', `triggered by ${JSON.stringify(field(2))}.value`);
    await shows(page, '#inner', 'loaded .');
    await page.locator(at(field(1))).press('End');
    await page.locator(at(field(1))).press('x');
    await shows(page, '#outer', `triggered by ${JSON.stringify(field(1))}.value`);
    await shows(page, '#inner', `triggered by ${JSON.stringify(field(1))}.value`);
  });

test('each of a row is called once for a change of the row', 'cbwc005', async page => {
  const cells = () => calls(page).filter(call => call.output.startsWith('{"i":')).length;
  const sums = () => calls(page, 'sum.children').length;
  await shows(page, '#sum', '4 numbers, sum 4');
  await settled(page);
  assert.deepEqual([cells(), sums()], [4, 2], 'the sum when the page is loaded, and with the row');
  let expected = 4, sumsExpected = 2;
  const steps = [['ArrowUp', 5, 7], ['ArrowUp', 6, 12], ['ArrowDown', 5, 7], ['ArrowDown', 4, 4],
    ['ArrowDown', 3, 2], ['ArrowDown', 2, 1], ['ArrowDown', 1, 0], ['ArrowDown', 0, 0]];
  for (const [key, n, sum] of steps) {
    await page.press('#n', key);
    await shows(page, '#sum', `${n} numbers, sum ${sum}`);
    await settled(page);
    assert.deepEqual([cells(), sums()], [expected += n, ++sumsExpected], `after ${n}`);
  }
});

test('a callback of ALL knows each of its arguments and outputs', 'cbwc006', async page => {
  const items = [];
  await shows(page, '#total', '0 in total');
  await settled(page);
  for (const item of ['apples', 'bananas', 'carrots']) {
    await page.fill('#new-item', item);
    await page.click('#add');
    items.push(item);
    await shows(page, '#total', `${items.length} in total`);
    await page.waitForFunction(count => document.querySelectorAll('#list > div').length === count,
      items.length);
    await settled(page);
    const argument = (id, property, value, triggered) =>
      ({id, property, str_id: typeof id === 'string' ? id : JSON.stringify(id), triggered,
        ...(value === undefined ? {} : {value})});
    assert.deepEqual(JSON.parse(await page.textContent('#arguments')), [
      argument('add', 'n_clicks', items.length, true),
      argument('new-item', 'n_submit', null, false),
      items.slice(0, -1).map((text, id) => argument({id}, 'children', text, false)),
      argument('new-item', 'value', item, false),
    ]);
    assert.deepEqual(JSON.parse(await page.textContent('#outputs')), [
      {id: 'list', property: 'children'}, {id: 'new-item', property: 'value'},
      {id: 'total', property: 'children'}, {id: 'arguments', property: 'children'},
      {id: 'outputs', property: 'children'}]);
  }
});

test('ALL keeps the order of the page when some of its components change', 'cbwc007',
  async page => {
    const choice = index => ({index, type: 'choice'});
    await shows(page, '#chosen', '[null,null,null]');
    await choose(page, choice(2), '2-2');
    await shows(page, '#chosen', '[null,null,"2-2"]');
    await page.click('#refresh');
    await choose(page, choice(1), '1-2');
    await shows(page, '#chosen', '[null,"1-2","2-2"]');
    await choose(page, choice(0), '0-2');
    await shows(page, '#chosen', '["0-2","1-2","2-2"]');
  });

test('while a callback runs its MATCH, and ALL of them, have other values', 'cbwc008',
  async page => {
    const button = index => at({index, type: 'button'});
    const disabled = () => Promise.all(['1', '2'].map(index => page.isDisabled(button(index))));
    const gate = await Gate.at(page, /"type":"report"/);
    for (const [index, other, text] of [['1', '2', 'Start'], ['2', '1', 'Again']]) {
      await page.click(button(index));
      await gate.holds(1);
      await shows(page, button(index), 'Busy');
      await shows(page, button(other), text);
      assert.deepEqual(await disabled(), [true, true]);
      await shows(page, at({index, type: 'report'}), '');
      await gate.release();
      await shows(page, at({index, type: 'report'}), 'done');
      await shows(page, button(index), 'Again');
      await settled(page);
      assert.deepEqual(await disabled(), [false, false]);
    }
  });

test('a callback of MATCH may have a fixed Output', 'cbwc009', async page => {
  await shows(page, '#who', 'nobody');
  await page.click(at({index: 'north', type: 'button'}));
  await shows(page, '#who', 'north');
  await page.click(at({index: 'south', type: 'button'}));
  await shows(page, '#who', 'south');
});

test('a callback of MATCH may have no Output', 'cbwc010', async page => {
  await shows(page, '#who', 'nobody');
  await page.click(at({index: 'north', type: 'button'}));
  await shows(page, '#who', 'north');
  await page.click(at({index: 'south', type: 'button'}));
  await shows(page, '#who', 'south');
});
