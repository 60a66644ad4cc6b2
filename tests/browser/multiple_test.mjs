// SPDX-License-Identifier: MIT
// Several callbacks at once: calls that overtake each other, chains, branches.
import assert from 'node:assert/strict';

import {holdsValue, settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('multiple');

async function type(page, selector, text) {
  await page.locator(selector).press('End');
  await page.locator(selector).press(text);
}

/// How often the callback of each output was called.
function counts(page, ...outputs) {
  return outputs.map(output => calls(page, output).length);
}

test('the last of several calls counts, whichever is answered first', 'cbmt001', async page => {
  await shows(page, '#output', '0');
  await settled(page);
  const gate = await Gate.at(page, /^output\.children$/);
  for (const click of [1, 2, 3]) {
    await page.click('#button');
    await gate.holds(click);
  }
  for (const shown of ['3', '3', '3']) {
    const answered = page.waitForEvent('requestfinished');
    await gate.release(gate.held.length - 1);
    await answered;
    await shows(page, '#output', shown);
  }
  await settled(page);
  assert.equal(await page.textContent('#output'), '3');
  assert.equal(calls(page).length, 4);
});

test('a branch that is stopped does not hold up the others', 'cbmt002', async page => {
  let text = 'x';
  await shows(page, '#output', 'x/b/x');
  for (const key of '01234567890123456789') {
    await type(page, '#a', key);
    text += key;
    await shows(page, '#output', `${text}/b/${text}`);
  }
});

test('two chains from one callback end, one of them by a table', 'cbmt003', async page => {
  const shown = async clicks => {
    await shows(page, '#a1', `first ${clicks}`);
    await shows(page, '#a2', `second ${clicks}`);
    await shows(page, '#b1', `after first ${clicks}`);
    await shows(page, '#b2', `after second ${clicks}, null`);
  };
  await shown('none');
  await page.click('#button');
  await shown(1);
  await page.click('#button');
  await shown(2);
});

async function moveSliders(page) {
  await page.waitForFunction(() => document.querySelectorAll('[role="slider"]').length === 2);
  await settled(page);
  assert.equal(await page.textContent('#label-1'), '', 'not called after a callback that stopped');
  assert.equal(await page.textContent('#label-2'), '');
  for (const clicks of [1, 2]) {
    await page.click('#button');
    await shows(page, '#label-1', `at ${clicks}`);
    await shows(page, '#label-2', `at ${clicks}`);
    await page.waitForFunction(value => [...document.querySelectorAll('[role="slider"]')]
      .every(slider => slider.getAttribute('aria-valuenow') === value), String(clicks));
  }
}

test('two callbacks move two sliders, and their labels follow', 'cbmt004', moveSliders);

test('one callback moves two sliders, and their labels follow', 'cbmt004-one', moveSliders);

test('a chain that divides and joins again is called once', 'cbmt005', async page => {
  await page.waitForFunction(() => document.querySelectorAll('[role="slider"]').length === 2);
  await settled(page);
  assert.equal(await page.textContent('#output'), '');
  await page.click('#down');
  await shows(page, '#output', '-1, -1');
  await page.click('#up');
  await shows(page, '#output', '1, 1');
  await settled(page);
  assert.deepEqual(counts(page, '..x.value...y.value..', 'output.children'), [3, 2]);
});

test('a property that its component sets itself starts a callback', 'cbmt006', async page => {
  await shows(page, '#output', '0');
  await page.click('#button');
  await shows(page, '#output', '1');
  await page.click('#button');
  await shows(page, '#output', '2');
});

test('callbacks that stop do not hold up those above and below', 'cbmt007', async page => {
  await shows(page, '#above-out', '42');
  await shows(page, '#below-out', '44');
});

test('a callback waits for an Input that the same change will change', 'cbmt008', async page => {
  const counted = () => counts(page, 'output.children', 'two.value');
  await holdsValue(page, '#two', '<input>');
  await shows(page, '#output', 'input and <input>');
  await settled(page);
  assert.deepEqual(counted(), [1, 1]);

  await type(page, '#one', 'x');
  await holdsValue(page, '#two', '<inputx>');
  await shows(page, '#output', 'inputx and <inputx>');
  await settled(page);
  assert.deepEqual(counted(), [2, 2]);

  await type(page, '#two', 'y');
  await shows(page, '#output', 'inputx and <inputx>y');
  await settled(page);
  await holdsValue(page, '#one', 'inputx');
  assert.deepEqual(counted(), [3, 2]);
});

test('callbacks wait for the slowest of the branches before them', 'cbmt009', async page => {
  await page.gate.holds(1);
  await holdsValue(page, '#parent-a', 'ax');
  assert.deepEqual(counts(page, 'child-a.children', 'child-b.children'), [0, 0]);
  await page.gate.open();
  await shows(page, '#child-a', 'ax bx');
  await shows(page, '#child-b', 'ax bx x');
  await holdsValue(page, '#parent-b', 'bx');
  await settled(page);
  assert.deepEqual(counts(page, 'parent-a.value', 'parent-b.value', 'child-a.children',
    'child-b.children'), [1, 1, 1, 1]);
}, {prepare: async page => { page.gate = await Gate.at(page, /^parent-b\.value$/); }});

test('callbacks that share an Input with another of theirs are called once', 'cbmt010',
  async page => {
    await shows(page, '#output', 'no and no');
    await settled(page);
    assert.deepEqual(counts(page, 'first.options', 'second.options', 'output.children'), [1, 1, 1]);
  });

test('an Output that a callback made is filled', 'cbmt011', async page => {
  const counted = () => counts(page, 'tab-1.children', 'tab-2.children');
  await shows(page, '#tab-1', 'a in tab-1');
  await settled(page);
  assert.deepEqual(counted(), [1, 0]);
  await page.locator('input[type="radio"]').nth(1).click();
  await shows(page, '#tab-2', 'a in tab-2');
  await settled(page);
  assert.deepEqual(counted(), [1, 1]);
  assert.equal(await page.locator('#tab-1').count(), 0);
});

async function overlaps(page) {
  for (const i of [1, 2, 3, 4]) await shows(page, `#output-${i}`, `input-${i} input-${i + 1}`);
  await settled(page);
  assert.deepEqual(counts(page, ...[1, 2, 3, 4].map(i => `output-${i}.children`)), [1, 1, 1, 1]);
}

test('callbacks that share Inputs are called once when the page is loaded', 'cbmt012', overlaps);

test('callbacks that share Inputs are called once when these are made', 'cbmt012-generated',
  async page => {
    await overlaps(page);
    assert.deepEqual(counts(page, 'content.children'), [1]);
  });

test('a callback is not called while an Input of its chain is changing', 'cbmt013', async page => {
  const counted = () => counts(page, 'city.options', 'city.value', 'output.children');
  await shows(page, '#output', 'Oslo in Norway');
  await settled(page);
  assert.deepEqual(counted(), [1, 1, 1]);

  const gate = await Gate.at(page, /^output\.children$/);
  await page.locator('#country input').nth(1).click();
  await gate.holds(1);
  assert.deepEqual(counted(), [2, 2, 2]);
  assert.equal(await page.textContent('#output'), 'Oslo in Norway');
  await gate.open();
  await shows(page, '#output', 'Lima in Peru');
  await settled(page);
  assert.deepEqual(counted(), [2, 2, 2]);
});
