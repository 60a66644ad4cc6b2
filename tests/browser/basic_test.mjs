// SPDX-License-Identifier: MIT
// Callbacks in their simplest forms: what is called, when, how often.
import assert from 'node:assert/strict';

import {choose, settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('basic');

/// Types `text` into #input key by key; each key's effect is waited for, or the renderer would make
/// one call of several keys.
async function type(page, text, selector) {
  for (let length = 1; length <= text.length; ++length) {
    await page.locator('#input').press(text[length - 1].replace(' ', 'Space'));
    await shows(page, selector, text.slice(0, length));
  }
}

test('each key typed is one call of the callback', 'cbsc001', async page => {
  await shows(page, '#output-1', 'initial value');
  await page.fill('#input', '');
  await shows(page, '#output-1', '');
  await type(page, 'hello world', '#output-1');
  await settled(page);
  // The first, one for the emptied field, one for each key.
  assert.equal(calls(page, 'output-1.children').length, 2 + 'hello world'.length);
});

test('children that a callback made take part in other callbacks', 'cbsc002', async page => {
  await shows(page, '#sub-output-1', 'sub input initial value');
  assert.equal(calls(page, 'sub-output-1.children').length, 1);
  assert.equal(await page.inputValue('#output > div input#sub-input-1'), 'sub input initial value');
  const output = ['components', 'props', 'children', 1];
  const made = [...output, 'props', 'children', 'props', 'children'];
  assert.deepEqual(await page.evaluate(() => {
    const {strs, objs} = window.store.getState().paths;
    return {strs, objs};
  }), {
    strs: {
      'input': ['components', 'props', 'children', 0], 'output': output,
      'sub-input-1': [...made, 0], 'sub-output-1': [...made, 1],
    },
    objs: {},
  });

  await page.locator('#sub-input-1').press('End');
  await page.locator('#sub-input-1').pressSequentially('deadbeef');
  await shows(page, '#sub-output-1', 'sub input initial valuedeadbeef');
  assert.equal(calls(page, 'output.children').length, 1);
});

test('children of each kind are shown', 'cbsc005', async page => {
  await shows(page, '#out', 'init');
  const texts = ['', 'a string', '123', '123.45', '678', 'alistofstrings', 'strings2numbers',
    'a stringand a div'];
  for (const text of texts) {
    await page.click('#btn');
    await shows(page, '#out', text);
  }
  await shows(page, '#out > div', 'and a div');
  assert.equal(calls(page, 'out.children').length, 1 + texts.length);
});

test('a callback gives a dropdown its options', 'cbsc006', async page => {
  await shows(page, '#out', '0');
  for (let count = 1; count <= 5; ++count) {
    await page.click('#btn');
    await shows(page, '#out', String(count));
    await choose(page, 'dd', `opt${count - 1}`);
    await shows(page, '#dd .dash-dropdown-value', `opt${count - 1}`);
  }
  assert.equal(calls(page, 'dd.options').length, 6);
});

test('a property that the page sets while a callback runs reaches those that need it', 'cbsc007',
  async page => {
    await shows(page, '#out', '[{"a":"/:a"}] - /');
    for (const path of ['/1', '/2']) {
      await page.click('#btn');
      await shows(page, '#out', `[{"a":"${path}:a"}] - ${path}`);
      assert.equal(new URL(page.url()).pathname, path);
    }
  });

test('a page that a callback had loaded anew has the new path', 'cbsc007-refresh', async page => {
  await shows(page, '#out', '[{"a":"/:a"}] - /');
  const loaded = page.waitForEvent('load');
  await page.click('#btn');
  await loaded;
  await shows(page, '#out', '[{"a":"/1:a"}] - /1');
  // The old page had asked for the new path's table before it was left.
  const left = page.problems.splice(0).filter(problem =>
    !/^failed: .*_dash-update-component: net::ERR_ABORTED$|server did not respond/.test(problem));
  assert.deepEqual(left, []);
});

test('data-* and aria-* attributes are outputs and inputs', 'cbsc008', async page => {
  const attributes = () => page.evaluate(() => {
    const element = document.querySelector('#output-1');
    return ['data-cb', 'aria-cb'].map(name => element.getAttribute(name));
  });
  await shows(page, '#output-1', 'initial value');
  assert.deepEqual(await attributes(), ['initial value', 'initial value']);
  await page.fill('#input', '');
  await shows(page, '#output-1', '');
  await type(page, 'hello world', '#output-1');
  assert.deepEqual(await attributes(), ['hello world', 'hello world']);
  await settled(page);
  assert.equal(calls(page, '..output-1.data-cb...output-1.aria-cb..').length,
    2 + 'hello world'.length);
});

test('a button is called for when it is clicked', 'cbsc010', async page => {
  await settled(page);
  await shows(page, '#output', '');
  const [first] = calls(page, 'output.children');
  assert.equal((await first.request.response()).status(), 204);
  await page.click('#button');
  await shows(page, '#output', 'Click');
  assert.equal(calls(page, 'output.children').length, 2);
});

const tenTexts = JSON.stringify(Array.from({length: 10}, (_, i) => `Input ${i}`));

test('ten inputs are one call when the page is loaded', 'cbsc011', async page => {
  await shows(page, '#container', tenTexts);
  await settled(page);
  assert.equal(await page.inputValue('#input-9'), 'Input 9');
  assert.equal(calls(page).length, 1);
});

test('ten inputs that a callback made are one call', 'cbsc012', async page => {
  await settled(page);
  await page.click('#display-content');
  await shows(page, '#dynamic-output', tenTexts);
  await settled(page);
  assert.equal(await page.inputValue('#input-9'), 'Input 9');
  assert.equal(calls(page, 'dynamic-output.children').length, 1);
});

test('an answer that is overtaken by a later one is not shown', 'cbsc013', async page => {
  await shows(page, '#output1', '0');
  const gate = await Gate.at(page, /output1/);
  await page.click('#input');
  await gate.holds(1);
  await page.click('#input');
  await gate.holds(2);
  await gate.release(1);
  await shows(page, '#output1', '2');
  await shows(page, '#output2', '3');
  const [, overtaken] = calls(page);
  await gate.open();
  assert.deepEqual((await (await overtaken.request.response()).json()).response,
    {output1: {children: 1}, output2: {children: 2}});
  await settled(page);
  await shows(page, '#output1', '2');
  await shows(page, '#output2', '3');
  assert.equal(calls(page).length, 3);
});

test('two properties of a component that change together are one call', 'cbsc014', async page => {
  const times = count => {
    assert.equal(calls(page).length, count);
    const {inputs} = calls(page).at(-1).request.postDataJSON();
    return inputs.filter(input => input.property === 'n_clicks_timestamp').map(input => input.value);
  };
  await shows(page, '#container', '0, 0');
  assert.deepEqual(times(1), [-1, -1]);

  const dayAgo = Date.now() - 24 * 60 * 60 * 1000;
  await page.click('#button-1');
  await shows(page, '#container', '1, 0');
  const [first, untouched] = times(2);
  assert.ok(first > dayAgo);
  assert.equal(untouched, -1);

  await page.click('#button-2');
  await shows(page, '#container', '1, 1');
  const [still, second] = times(3);
  assert.equal(still, first);
  assert.ok(second > dayAgo);

  await page.click('#button-2');
  await shows(page, '#container', '1, 2');
  const [, third] = times(4);
  assert.ok(third > second && third > first);
});

test('a property that is input and output of one callback is followed once', 'cbsc015',
  async page => {
    await settled(page);
    await page.locator('#input').press('End');
    await page.locator('#input').press('2');
    await shows(page, '#input-text', '3');
    assert.equal(await page.inputValue('#input'), '3');
    await settled(page);
    assert.equal(calls(page, 'input-text.children').length, 2);
    assert.equal(calls(page, 'input.value').length, 2);
  });

test('components beside the layout\'s own take part in callbacks', 'cbsc016', async page => {
  await shows(page, '#output-1', 'initial value with 123');
  await page.fill('#input', 'A');
  await shows(page, '#output-1', 'A with 123');
  assert.equal(calls(page).length, 2);
});
