// SPDX-License-Identifier: MIT
// Patches: from results, from set_props, and from clientside functions.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';
import {Server} from './support/server.mjs';

const test = suite('patch');

/// One step after the other: the button, the fields, and what it changes in the store.
const steps = [
  {button: 'assign', value: 'a text', changes: {text: 'a text', count: 1}},
  {button: 'append', value: 'last', changes: {list: ['initial', 'last'], count: 2}},
  {button: 'prepend', value: 'first', changes: {list: ['first', 'initial', 'last']}},
  {button: 'extend', value: 'more', changes: {list: ['first', 'initial', 'last', 'more']}},
  {button: 'merge', value: 'new', changes: {merged: 'new'}},
  {button: 'delete', changes: {unwanted: undefined}},
  {button: 'insert', value: 'second', index: 1,
    changes: {list: ['first', 'second', 'initial', 'last', 'more']}},
  {button: 'insert', value: 'last but one', index: -1,
    changes: {list: ['first', 'second', 'initial', 'last', 'last but one', 'more']}},
  {button: 'delete-two', changes: {list: ['first', 'initial', 'last', 'more']}},
  {button: 'reverse', changes: {list: ['more', 'last', 'initial', 'first']}},
  {button: 'remove', value: 'initial', changes: {list: ['more', 'last', 'first']}},
  {button: 'clear', changes: {list: []}},
];

/// Goes through all steps; the server is asked `callsPerStep` times for each.
async function patchesTheStore(page, callsPerStep) {
  let store = {text: 'unset', count: 0, list: ['initial'], unwanted: 'take me out'};
  await shows(page, '#content', JSON.stringify(store));
  for (const {button, value, index, changes} of steps) {
    if (value !== undefined) await page.fill('#value', value);
    if (index !== undefined) await page.fill('#index', `${index}`);
    await settled(page);
    await page.click(`#${button}`);
    store = {...store, ...changes};
    await shows(page, '#content', JSON.stringify(store));
  }
  await settled(page);
  assert.equal(calls(page).length, callsPerStep * steps.length);
}

test('a callback returns patches with all operations', 'pch001',
  page => patchesTheStore(page, 1));

test('set_props takes patches with all operations', 'pch007', page => patchesTheStore(page, 1));

test('a clientside function returns patches with all operations', 'pch_cs001',
  page => patchesTheStore(page, 0));

test('set_props in the browser takes patches with all operations', 'pch_cs002',
  page => patchesTheStore(page, 0));

test('each item of a wildcard output may be a patch', 'pch002', async page => {
  await shows(page, '.first', 'Foo');
  await shows(page, '.second', 'Bar');
  await page.click('#click');
  await shows(page, '.first', 'FooBar');
  await shows(page, '.second', 'FooBar');
});

test('a patch adds a component to those that are there', 'pch003', async page => {
  for (const name of ['new-child', 'another-child']) {
    await page.fill('#name', name);
    await settled(page);
    await page.click('#add');
    await shows(page, `#output > #${name}`, name);
  }
  await shows(page, '#output', 'here firstnew-childanother-child');
});

async function clicksAreTold(page, count) {
  for (const button of ['first', 'second']) {
    await page.click(`#${button}`);
    await shows(page, '#output', `${button} ${count}`);
  }
}

test('an open page still reaches duplicate outputs after the server was started again', 'pch004',
  async (page, server) => {
    await clicksAreTold(page, 1);
    const before = calls(page).map(({output}) => output);
    assert.equal(new Set(before).size, 2);
    await server.stop();
    const again = await Server.start(server.app,
      {workers: 1, port: server.port, env: {EKIDEN_TEST_CASE: 'pch004'}});
    try {
      await clicksAreTold(page, 2);
      await page.reload();
      page.callbacks = [];
      await clicksAreTold(page, 1);
      assert.deepEqual(calls(page).map(({output}) => output), before);
    } finally {
      await page.goto('about:blank');
      await again.stop();
    }
  });

test('clientside callbacks may share an output', 'pch005', async page => {
  await clicksAreTold(page, 1);
  assert.equal(calls(page).length, 0);
});

test('operators on a patch change the whole value', 'pch006', async page => {
  await shows(page, '#shown-number', '2');
  for (const [button, number] of
    [['add', 3], ['subtract', 2], ['multiply', 4], ['divide', 2]]) {
    await page.click(`#${button}`);
    await shows(page, '#shown-number', `${number}`);
  }
  await page.click('#merge');
  await shows(page, '#shown-object', '{"initial":"initial","merged":"merged"}');
});
