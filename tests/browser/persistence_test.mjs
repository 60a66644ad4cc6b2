// SPDX-License-Identifier: MIT
// What users changed and the browser keeps for them.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('persistence');

/// Waits until the table has just these columns.
async function columns(page, ...names) {
  await page.waitForFunction(wanted => {
    const shown = [...document.querySelectorAll('#table .column-header-name')];
    return shown.map(name => name.textContent).join() === wanted;
  }, names.join());
}

/// Renames one column and hides the other.
async function rename(page, column = 0, name = 'mango') {
  await settled(page);
  page.once('dialog', dialog => dialog.accept(name));
  await page.click(`.dash-header.column-${column} .column-header--edit`);
  await page.waitForFunction(wanted => [...document.querySelectorAll('#table .column-header-name')]
    .some(header => header.textContent === wanted), name);
  await page.click(`.dash-header.column-${1 - column} .column-header--hide`);
  await columns(page, name);
}

test('what a user changed survives a reload, under each value of persistence', 'rdps001',
  async (page, server) => {
    const open = async query => { await page.goto(server.url + query); await settled(page); };
    await shows(page, '#out', 'a b | hidden:');
    await columns(page, 'a', 'b');
    await rename(page);
    await shows(page, '#out', 'mango b | hidden: c1');
    await open('?1');
    await shows(page, '#out', 'mango b | hidden: c1');
    await columns(page, 'mango');
    await open('?2');
    await columns(page, 'a', 'b');
    await rename(page, 1, 'two');
    await shows(page, '#out', 'a two | hidden: c0');
    await open('?1');
    await shows(page, '#out', 'mango b | hidden: c1');
    await columns(page, 'mango');
    // Without a query nothing is kept.
    await open('');
    await columns(page, 'a', 'b');
    await rename(page);
    await open('');
    await columns(page, 'a', 'b');
    await open('?2');
    await shows(page, '#out', 'a two | hidden: c0');
    await columns(page, 'two');
  }, {path: '?1'});

test('persistence of the type session survives a reload', 'rdps002', async page => {
  await columns(page, 'a', 'b');
  await rename(page);
  await page.reload();
  await shows(page, '#out', 'mango b | hidden: c1');
  await columns(page, 'mango');
});

test('persistence of the type memory does not survive a reload', 'rdps003', async page => {
  await columns(page, 'a', 'b');
  await rename(page);
  await page.reload();
  await shows(page, '#out', 'a b | hidden:');
  await columns(page, 'a', 'b');
});

test('a component that comes back is as the user left it, unless its persistence changed',
  'rdps004', async page => {
    await columns(page, 'a', 'b');
    await rename(page);
    await page.click('#button');
    await shows(page, '#container', 'gone');
    await page.click('#button');
    await columns(page, 'mango');
    await page.click('#button');
    await shows(page, '#container', 'gone');
    await page.click('#button');
    await columns(page, 'a', 'b');
  });

test('only the properties in persisted_props are kept', 'rdps005', async page => {
  await columns(page, 'a', 'b');
  await rename(page);
  await page.click('#button');
  await columns(page, 'mango', 'b');
  await page.click('#button');
  await columns(page, 'mango');
});

test('a component that moves in the page keeps what the user changed', 'rdps006', async page => {
  await columns(page, 'a', 'b');
  await rename(page);
  for (let depth = 1; depth <= 4; ++depth) {
    await page.click('#button');
    await shows(page, `#depth-${depth}`, `depth ${depth}`);
    await columns(page, 'mango');
  }
});

test('a property that the server changed is as the server says, the others are kept', 'rdps007',
  async page => {
    await columns(page, 'a', 'b');
    await rename(page);
    await page.click('#button');
    await columns(page, 'b');
    await page.click('#button');
    await columns(page, 'mango', 'b');
  });

test('names are kept when another part of the columns changes', 'rdps008', async page => {
  const deletable = () => page.locator('.column-header--delete').count();
  await columns(page, 'a', 'b');
  await rename(page);
  assert.equal(await deletable(), 0);
  await page.click('#button');
  await page.waitForSelector('.column-header--delete');
  await columns(page, 'mango');
  assert.equal(await deletable(), 1);
  await page.click('#button');
  await page.waitForSelector('.column-header--delete', {state: 'detached'});
  await columns(page, 'mango');
});

test('a callback that writes a persisted property clears it', 'rdps009', async page => {
  await columns(page, 'a', 'b');
  await rename(page);
  await page.click('#button');
  await columns(page, 'a');
});

/// Fills the input that `persistence` makes anew, under several values of it.
async function toggle(page, persistence, persisted, out) {
  const set = async value => { await page.fill(persistence, value); await settled(page); };
  await shows(page, out, 'a');
  await page.fill(persisted, 'alpaca');
  await shows(page, out, 'alpaca');
  await set('s');
  await shows(page, out, 'a');
  await page.fill(persisted, 'anchovies');
  await shows(page, out, 'anchovies');
  await set('s2');
  await shows(page, out, 'a');
  await page.fill(persisted, '');
  await shows(page, out, '');
  // No persistence: "alpaca" was not kept.
  await set('');
  await shows(page, out, 'a');
  await set('s');
  await shows(page, out, 'anchovies');
  await set('s2');
  await shows(page, out, '');
}

test('each value of persistence keeps a value of its own, an empty one too', 'rdps010',
  page => toggle(page, '#persistence', '#persisted', '#out'));

test('persistence that changes on its own switches between the values kept', 'rdps011',
  async page => {
    const set = async value => { await page.fill('#persistence', value); await settled(page); };
    await shows(page, '#out', 'a');
    await set('s');
    await shows(page, '#out', 'a');
    await page.fill('#persisted', 'apricot');
    await shows(page, '#out', 'apricot');
    await set('s2');
    await shows(page, '#out', 'a');
    await page.fill('#persisted', 'artichoke');
    await shows(page, '#out', 'artichoke');
    await set('');
    await shows(page, '#out', 'a');
    await set('s');
    await shows(page, '#out', 'apricot');
    await set('s2');
    await shows(page, '#out', 'artichoke');
  });

test('persistence works for ids that are objects, each on its own', 'rdps012', async page => {
  for (let round = 0; round < 3; ++round) {
    await toggle(page, '.persistence input', '.persisted input', '.out');
    await page.click('#button');
    await settled(page);
  }
});

test('persistence works in a layout that is a list', 'rdps014', async page => {
  await shows(page, '#first-out', 'has one');
  await shows(page, '#second-out', 'has two');
  await page.fill('#first', 'changed');
  await shows(page, '#first-out', 'has changed');
  await page.fill('#second', 'changed as well');
  await shows(page, '#second-out', 'has changed as well');
  await page.reload();
  await shows(page, '#first-out', 'has changed');
  await shows(page, '#second-out', 'has changed as well');
});
