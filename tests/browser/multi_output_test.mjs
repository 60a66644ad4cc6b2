// SPDX-License-Identifier: MIT
// Callbacks with several outputs, and with one in a list.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('renderer');

test('one callback writes to 50 components, once for each click', 'rdmo001', async page => {
  await settled(page);
  const first = calls(page).length;
  for (let click = 1; click < 20; ++click) {
    await page.click('#button');
    for (let i = 0; i < 50; ++i) await shows(page, `#output-${i}`, `${i}=${i + click}`);
    assert.equal(calls(page).length, first + click);
  }
});

test('one callback writes to several properties of a component', 'rdmo002', async page => {
  const html = () => page.locator('#container').innerHTML();
  await shows(page, '#output', 'dash');
  assert.equal(await html(), '<div id="output" class="dash" style="font-family: dash;">dash</div>');
  for (const text of ['dash ', 'dash h', 'dash he', 'dash hel', 'dash hell', 'dash hello']) {
    await page.fill('#input', text);
    await shows(page, '#output', text);
  }
  assert.equal(await html(), '<div id="output" class="dash hello" ' +
    'style="font-family: &quot;dash hello&quot;;">dash hello</div>');
  await settled(page);
  assert.equal(calls(page).length, 7);
});

test('one output in a list takes one value in a list', 'rdmo003', async page => {
  await shows(page, '#output', 'out');
  await page.fill('#input', 'house');
  await shows(page, '#output', 'outhouse');
});

test('components with and without an id keep what is typed, also under --debug', 'rdmo005',
  async page => {
    await page.locator('#named').pressSequentially('with an id');
    await page.locator('#container input').pressSequentially('without one');
    assert.equal(await page.inputValue('#named'), 'with an id');
    assert.equal(await page.inputValue('#container input'), 'without one');
    await settled(page);
    assert.equal(calls(page).length, 0);
  }, {args: ['--debug']});
