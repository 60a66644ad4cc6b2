// SPDX-License-Identifier: MIT
// A list of things to do: callbacks for each item, for the items before it, and for all of them.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('task_list');

async function add(page, text, total) {
  await page.fill('#new-item', text);
  await page.click('#add');
  await shows(page, '#totals', total);
  await shows(page, '#list > div:last-child > div:nth-child(2)', text);
  await page.waitForFunction(() => document.querySelector('#new-item')?.value === '');
}

/// Each item's text, whether it is done, and what it says about those before it.
async function shown(page, items) {
  await page.waitForFunction(count =>
    document.querySelectorAll('#list > div').length === count, items.length);
  for (const [number, [text, done, note]] of items.entries()) {
    await shows(page, `[id='{"item":${number}}']`, text);
    await shows(page, `[id='{"item":${number},"preceding":true}']`, note);
    assert.equal(await page.isChecked(box(number)), done, text);
    await page.waitForFunction(({number: n, done: struck}) =>
      document.querySelector(`[id='{"item":${n}}']`).style.textDecoration ===
        (struck ? 'line-through' : ''), {number, done});
  }
}

const box = number => `[id='{"action":"done","item":${number}}'] input`;
const next = (done, of) => `${done} of ${of} before it, so this is next`;

async function work(page) {
  await shows(page, '#totals', '0 of 0 done');
  await settled(page);
  assert.equal(calls(page, '..list.children...new-item.value..').length, 1);
  assert.equal(calls(page, 'totals.children').length, 1);

  await add(page, 'apples', '0 of 1 done');
  await add(page, 'bananas', '0 of 2 done');
  await add(page, 'carrots', '0 of 3 done');
  await add(page, 'dates', '0 of 4 done');
  await shown(page, [['apples', false, next(0, 0)], ['bananas', false, '0 of 1 before it'],
    ['carrots', false, '0 of 2 before it'], ['dates', false, '0 of 3 before it']]);

  await page.click(box(2));
  await shows(page, '#totals', '1 of 4 done');
  await shown(page, [['apples', false, next(0, 0)], ['bananas', false, '0 of 1 before it'],
    ['carrots', true, ''], ['dates', false, '1 of 3 before it']]);

  await page.click(box(0));
  await shows(page, '#totals', '2 of 4 done');
  await shown(page, [['apples', true, ''], ['bananas', false, next(1, 1)],
    ['carrots', true, ''], ['dates', false, '2 of 3 before it']]);

  await page.click('#clear');
  await shows(page, '#totals', '0 of 2 done');
  await shown(page, [['bananas', false, next(0, 0)], ['dates', false, '0 of 1 before it']]);

  await page.click(box(0));
  await shows(page, '#totals', '1 of 2 done');
  await shown(page, [['bananas', true, ''], ['dates', false, next(1, 1)]]);

  await page.click(box(1));
  await shows(page, '#totals', '2 of 2 done');
  await shown(page, [['bananas', true, ''], ['dates', true, '']]);

  // Called by items that are gone.
  await page.click('#clear');
  await shows(page, '#totals', '0 of 0 done');
  await shown(page, []);
}

test('MATCH, ALL and ALLSMALLER keep a list of things to do', 'cbwc001', work);

test('a callback may make the list, its callbacks with it', 'cbwc001-by-callback', work);
