// SPDX-License-Identifier: MIT
// Callbacks some of whose components are not on the page until a button is clicked.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('missing_inputs');

/// Waits until the page is loaded and nothing more is called.
async function loaded(page) {
  await shows(page, '#content', 'empty');
  await settled(page);
}

/// True of each: the element shows the text now.
async function allShow(page, texts) {
  for (const [id, text] of Object.entries(texts))
    assert.equal(await page.textContent(`#${id}`), text, id);
}

test('a callback is not called while all its Inputs are missing', 'cbmi001', async page => {
  await loaded(page);
  // `first` has a State on the page, which is not enough; `second` depends on `first` alone.
  await allShow(page, {first: '1', second: '2', third: '1, Title'});
  assert.equal(calls(page, 'first.children').length, 0);
  assert.equal(calls(page, 'second.children').length, 0);
  await page.click('#button');
  await shows(page, '#first', 'AB');
  await shows(page, '#second', 'AB, Title');
  await shows(page, '#third', 'AB, Title');
});

test('what follows two callbacks that are not called is not called', 'cbmi002', async page => {
  await loaded(page);
  await allShow(page, {first: '1', second: '2', third: '3'});
  assert.equal(calls(page).length, 1);
  await page.click('#button');
  await shows(page, '#first', 'A');
  await shows(page, '#second', 'B');
  await shows(page, '#third', 'A, B');
});

test('it is an error if some of the Inputs are missing, but the app goes on', 'cbmi003',
  async page => {
    await loaded(page);
    const [error, ...others] = page.problems.splice(0);
    assert.match(error, /ReferenceError/);
    assert.match(error, /The id of this object is `a` and the property is `children`\./);
    assert.deepEqual(others, []);
    await allShow(page, {first: '1', second: '2'});
    await page.click('#button');
    await shows(page, '#second', 'A, Title again');
  });

test('a callback may lack some of its Outputs as long as its Inputs are missing', 'cbmi004',
  async page => {
    await loaded(page);
    await allShow(page, {first: '1'});
    await page.click('#button');
    await shows(page, '#first', 'A');
    await shows(page, '#b', 'A');
  });

test('a callback of an empty ALL is called if its Output is there', 'cbmi005', async page => {
  await shows(page, '#second', 'no items again');
  await loaded(page);
  await allShow(page, {first: 'no items'});
  await page.click('#button');
  await shows(page, '#first', 'item 0');
  await shows(page, '#second', 'item 0 again');
  await page.click('#button');
  await shows(page, '#first', 'item 0, item 1');
  await shows(page, '#second', 'item 0, item 1 again');
});

test('a callback of an empty ALL is not called if its Output is missing', 'cbmi006',
  async page => {
    await loaded(page);
    await allShow(page, {second: '2'});
    assert.equal(calls(page).length, 1);
    await page.click('#button');
    await shows(page, '#first', 'item 0');
    await shows(page, '#second', 'item 0 again');
    await page.click('#button');
    await shows(page, '#first', 'item 0, item 1');
    await shows(page, '#second', 'item 0, item 1 again');
  });

test('a callback of an empty ALL is not called if one of its Outputs is missing', 'cbmi007',
  async page => {
    await loaded(page);
    await allShow(page, {second: '2', third: '3'});
    assert.equal(calls(page).length, 1);
    for (const [number, items] of [[1, 'item 0'], [2, 'item 0, item 1']]) {
      await page.click('#button');
      await shows(page, '#first', items);
      await shows(page, '#second', `${items} again`);
      await shows(page, '#third', String(number));
    }
  });

test('a callback of an empty ALL is not called if its other Input is missing', 'cbmi008',
  async page => {
    await loaded(page);
    await allShow(page, {first: '1', second: '2'});
    assert.equal(calls(page).length, 1);
    await page.click('#button');
    await shows(page, '#first', 'item 0 and A');
    await shows(page, '#second', 'item 0 and A again');
    await page.click('#button');
    await shows(page, '#first', 'item 0, item 1 and A');
    await shows(page, '#second', 'item 0, item 1 and A again');
  });

test('a callback of MATCH is not called while all its Inputs are missing', 'cbmi009',
  async page => {
    const part = id => `[id='{"i":0,"id":"${id}"}']`;
    await loaded(page);
    await shows(page, part('third'), '1, Title');
    assert.equal(await page.textContent(part('first')), '1');
    assert.equal(await page.textContent(part('second')), '2');
    assert.equal(calls(page).length, 2);
    await page.click('#button');
    await shows(page, part('first'), 'AB');
    await shows(page, part('second'), 'AB, Title');
    await shows(page, part('third'), 'AB, Title');
  });
