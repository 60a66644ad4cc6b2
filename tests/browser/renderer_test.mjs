// SPDX-License-Identifier: MIT
// States, missing components, the store, children, frames.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('renderer');

test('a State is an argument, but its changes call nothing', 'rdsi001', async page => {
  await shows(page, '#output', 'input / state');
  await page.fill('#input', 'inputx');
  await shows(page, '#output', 'inputx / state');
  await page.fill('#state', 'statez');
  await settled(page);
  assert.equal(calls(page).length, 2);
  assert.equal(await page.textContent('#output'), 'inputx / state');
  await page.fill('#input', 'inputxy');
  await shows(page, '#output', 'inputxy / statez');
  assert.equal(calls(page).length, 3);
});

test('a click calls with the inputs and the states as they are', 'rdsi002', async page => {
  const clicked = () => page.waitForResponse('**/_dash-update-component');
  await shows(page, '#output', 'input / state');
  await Promise.all([clicked(), page.click('#button')]);
  await settled(page);
  assert.equal(calls(page).length, 2);
  assert.equal(await page.textContent('#output'), 'input / state');
  await page.fill('#input', 'inputx');
  await shows(page, '#output', 'inputx / state');
  await page.fill('#state', 'statez');
  await settled(page);
  assert.equal(calls(page).length, 3);
  await page.click('#button');
  await shows(page, '#output', 'inputx / statez');
  assert.equal(calls(page).length, 4);
});

test('a callback whose output is not on the page is not called', 'rddp001', async page => {
  await shows(page, '#here', 'initial value');
  await page.fill('#input', 'changed');
  await shows(page, '#here', 'changed');
  await settled(page);
  assert.equal(calls(page, 'here.children').length, 2);
  assert.equal(calls(page).length, 2);
});

test('the page and the store hold just what the layout says', 'rddd001', async (page, server) => {
  await settled(page);
  assert.equal(await page.locator('#react-entry-point').innerHTML(),
    '<div>text3.14<div id="styled" class="a-class" title="tip" ' +
    'style="color: red; font-size: 30px;">styled</div><div id="empty"></div><div id="nested">' +
    '<div id="a.b.c">grandchild</div><div id="mixed"><div id="deep">deep</div>3.14159more text' +
    '</div><div id="list"><div id="single"><div id="pair"><div id="left"></div>' +
    '<div id="right"></div></div></div></div></div></div>');
  const state = await page.evaluate(() => {
    const {layout, paths} = window.store.getState();
    return JSON.parse(JSON.stringify({layout: layout.components, paths}));
  });
  const get = async name => (await fetch(server.url + name)).json();
  assert.deepEqual(state.layout, await get('_dash-layout'));
  assert.deepEqual(await get('_dash-dependencies'), []);
  assert.deepEqual(state.paths.objs, {});
  const nested = ['components', 'props', 'children', 6];
  const child = (path, ...numbers) => numbers.reduce((to, number) =>
    [...to, 'props', 'children', ...(number === null ? [] : [number])], path);
  assert.deepEqual(state.paths.strs, {
    styled: child(['components'], 4),
    empty: child(['components'], 5),
    nested: child(['components'], 6),
    'a.b.c': child(nested, 0),
    mixed: child(nested, 1),
    deep: child(nested, 1, 0),
    list: child(nested, 2),
    single: child(nested, 2, null),
    pair: child(nested, 2, null, null),
    left: child(nested, 2, null, null, 0),
    right: child(nested, 2, null, null, 2),
  });
  assert.equal(calls(page).length, 0);
});

for (const name of ['rddd002', 'rddd002-list']) {
  test(`a child that is 0 is shown (${name})`, name, page => shows(page, '#output', '0'));
}

test('an app works in a sandboxed frame that may run scripts', 'rdif001', async (page, server) => {
  await page.click('#button');
  await shows(page, '#output-0', '0=1');
  await page.goto(server.url + 'frame');
  const frame = page.frameLocator('iframe');
  await frame.locator('#button').click();
  await frame.locator('#output-0').filter({hasText: /^0=1$/}).waitFor();
  await frame.locator('#output-49').filter({hasText: /^49=50$/}).waitFor();
  // The renderer looks for a token in the cookies, which such a frame has not.
  const isAboutCookies = text => /SecurityError: .*'cookie'.*sandboxed/.test(text);
  page.problems = page.problems.filter(text => !isAboutCookies(text));
});

test('tabs show what callbacks change in them, and tabs added by a Patch', 'dcl001', async page => {
  await page.waitForSelector('#tab-a.tab--disabled');
  await page.click('#enable');
  await page.waitForSelector('#tab-a:not(.tab--disabled)');
  await page.waitForSelector('#tab-b:not(.tab--disabled)');
  await page.click('#add');
  await page.waitForSelector('#tab-1:not(.tab--disabled)');
});

test('children that change places keep what the user chose in them', 'roc001', async page => {
  const chosen = number => page.locator(`.dropdown-${number} .dash-dropdown-value-item`);
  for (let number = 0; number < 2; ++number) {
    await page.locator('h1').first().filter({hasText: `Section ${number}`}).waitFor();
    await page.click(`.dropdown-${number}`);
    for (let option = 0; option < 3; ++option) {
      await page.click(`.dash-dropdown-option[data-option-index="${option}"]`);
      await chosen(number).nth(option).waitFor();
    }
    assert.deepEqual(await chosen(number).allTextContents(), ['A', 'B', 'C']);
    await page.keyboard.press('Escape');
    await page.click(`.swap-${number}`);
  }
  await page.locator('h1').first().filter({hasText: 'Section 0'}).waitFor();
  for (let number = 0; number < 2; ++number)
    assert.deepEqual(await chosen(number).allTextContents(), ['A', 'B', 'C']);
});

test('components in the labels of options call back, also in options added later', 'rdcap002',
  async page => {
    await settled(page);
    await page.click('#add');
    for (let option = 0; option < 4; ++option) {
      const text = `#options [data-option-index="${option}"] .label-text`;
      await shows(page, text, '');
      await page.click(`#options [data-option-index="${option}"] .label-button`);
      await shows(page, text, '1');
    }
  });

test('new options of a component do not call what depends on its value', 'rdcap003', async page => {
  const boxes = page.locator('#list label:not([data-option-index="-1"]) input');
  const options = async count => {
    await page.waitForFunction(wanted => document.querySelectorAll(
      '#list label:not([data-option-index="-1"]) input').length === wanted, count);
    await settled(page);
  };
  await options(3);
  await page.click('#button');
  await options(2);
  await page.click('#button');
  await options(3);
  await shows(page, '#counter', '0');
  await boxes.first().click();
  await shows(page, '#counter', '1');
});

test('options that follow the search do not call what depends on the value', 'rdcap004',
  async page => {
    await shows(page, '#counter', '1');
    await page.click('#dropdown');
    await page.locator('.dash-dropdown-search').pressSequentially('pl');
    await page.waitForFunction(() =>
      document.querySelectorAll('.dash-dropdown-option').length === 2);
    await settled(page);
    await shows(page, '#counter', '1');
  });

test('a page with 1,000 callbacks starts and works', 'benchmarking', async (page, server) => {
  await shows(page, '#output', '5');
  const dependencies = await (await fetch(server.url + '_dash-dependencies')).json();
  assert.equal(dependencies.length, 1001);
  await page.fill('#input', 'longer text');
  await shows(page, '#output', '11');
  await settled(page);
  assert.equal(calls(page).length, 0);
  await page.locator('summary').nth(1).click();
  await page.locator('details').nth(1).locator('input').fill('seen');
  await page.locator('details').nth(1).getByText('seen', {exact: true}).waitFor();
  await settled(page);
  assert.equal(calls(page).length, 2);
});
