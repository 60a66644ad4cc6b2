// SPDX-License-Identifier: MIT
// Callbacks whose outputs are as many as the page has at the moment, sometimes none.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('missing_outputs');

/// Waits until the children of the element show just these numbers.
async function cells(page, selector, numbers) {
  await page.waitForFunction(({selector: where, texts}) => {
    const shown = [...document.querySelector(where)?.children ?? []].map(cell => cell.textContent);
    return JSON.stringify(shown) === texts;
  }, {selector, texts: JSON.stringify(numbers.map(String))});
}

const filled = (count, value) => Array(count).fill(value);

async function oneList(page) {
  await cells(page, '#content', []);
  await shows(page, '#sum', '0');
  let count = 0, value = 0;
  const steps = ['values', 'items', 'values', 'items', 'values', 'items', 'values', 'items',
    'values', 'items'];
  for (const button of steps) {
    await page.click(`#${button}`);
    if (button === 'items') count = (count + 1) % 4;
    else ++value;
    await cells(page, '#content', filled(count, value));
    await shows(page, '#sum', String(count * value));
  }
  await settled(page);
}

test('an Output of ALL is filled as the page has it, and not called for none', 'cbmo001',
  async page => {
    await oneList(page);
    // Not when the page is loaded, and not by the three clicks after which there is none.
    assert.equal(calls(page, '{"i":["ALL"]}.children').length, 7);
  });

test('an Output of ALL may be empty if another Output is there', 'cbmo001-fixed', oneList);

async function fourLists(page) {
  let clicks = 0, value = 0;
  const shown = async () => {
    for (const row of [0, 1, 2, 3]) {
      const count = (clicks + row) % 4;
      await cells(page, `.row-${row}`, filled(count, value));
      await shows(page, `.sum-${row}`, String(count * value));
    }
  };
  await shown();
  for (let round = 0; round < 5; ++round) {
    await page.click('#values');
    ++value;
    await shown();
    await page.click('#items');
    ++clicks;
    await shown();
  }
  await settled(page);
}

test('Outputs of ALL and MATCH are filled row by row', 'cbmo002', fourLists);

test('an Output of ALL and MATCH may be empty if that of MATCH is there', 'cbmo002-match',
  fourLists);

test('two Outputs of ALL are filled, unless both are empty', 'cbmo003', async page => {
  let clicks = 0, value = 0;
  const shown = async () => {
    const first = (clicks + 2) % 4, second = clicks % 3;
    await cells(page, '#first', filled(first, value));
    await cells(page, '#second', filled(second, value + 2));
    await shows(page, '#sum', String(first * value + second * (value + 2)));
  };
  await shown();
  const steps = ['values', 'items', 'values', 'items', 'values', 'items', 'values', 'items',
    'values', 'items', 'values', 'items', 'values', 'items'];
  for (const button of steps) {
    await page.click(`#${button}`);
    if (button === 'items') ++clicks;
    else ++value;
    await shown();
  }
  await settled(page);
});

test('what is answered for a component that is gone changes nothing', 'cbmo004', async page => {
  const isSecondChapter = async () => {
    await shows(page, '#body', 'The second chapter');
    const parts = await page.evaluate(() =>
      window.store.getState().layout.components.props.children.map(part => part.props));
    assert.equal(parts[0].value, '2');
    assert.equal(parts[1].children, 'The second chapter');
  };
  await shows(page, '#title', 'The first chapter');
  await shows(page, '#answer', 'not asked');
  await settled(page);
  assert.equal(calls(page, 'body.children').length, 1);

  const gate = await Gate.at(page, /^answer\.children$/);
  await page.click('#ask');
  await gate.holds(1);
  await page.locator('input[type="radio"]').nth(1).click();
  await isSecondChapter();

  const answered = page.waitForResponse('**/_dash-update-component');
  await gate.release();
  assert.equal((await (await answered).json()).response.answer.children, 'answered');
  await settled(page);
  await isSecondChapter();
});

test('one no_update leaves all of several Outputs alone', 'cbmo005', async page => {
  await shows(page, '#first', 'first as it was');
  await settled(page);
  assert.equal(calls(page).length, 1);
  assert.equal(await page.textContent('#first'), 'first as it was');
  assert.equal(await page.textContent('#second'), 'second as it was');
  await page.fill('#text', 'hello');
  await page.click('#button');
  await shows(page, '#first', 'hello');
  await shows(page, '#second', '1');
});
