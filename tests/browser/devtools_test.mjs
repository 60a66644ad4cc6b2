// SPDX-License-Identifier: MIT
// The dev tools' menu, and its switches.
import assert from 'node:assert/strict';

import {screenshot, settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';
import {debugging, expectErrors} from './support/devtools.mjs';

const test = suite('devtools');
/// The library that draws the callback graph has an opinion on the renderer's style sheet.
const expectGraphNotes = page => {
  page.problems = page.problems.filter(problem => !/deprecated for `width`/.test(problem));
};

const menu = '.dash-debug-menu__outer';

test('without props_check a wrong property is let pass', 'wrong_property', async page => {
  await shows(page, '#text', 'below is a graph');
  await page.waitForSelector('#broken svg.main-svg');
  assert.equal(await page.locator(menu).count(), 1);
  assert.equal(await page.locator('.test-devtools-error-count').count(), 0);
}, {args: [...debugging, '--no-dev-tools-props-check']});

test('without the menu a wrong property is reported in the console', 'wrong_property',
  async page => {
    await shows(page, '#text', 'below is a graph');
    await page.waitForFunction(() => !document.querySelector('#broken svg.main-svg'));
    assert.equal(await page.locator(menu).count(), 0);
    assert.match(page.problems.join('\n'), /Invalid argument `animate` passed into Graph/);
    expectErrors(page);
  }, {args: [...debugging, '--no-dev-tools-ui'],
    prepare: page => { page.reported = page.waitForEvent('console'); }});

test('the callback graph shows each callback, and keeps its layout', 'chain', async page => {
  await settled(page);
  await page.click('#dash-debug-menu__callback-graph-button');
  await page.waitForSelector('canvas[data-id="layer2-node"]');
  await page.waitForFunction(() => window.store.getState().profile.graphLayout?.positions);
  const nodes = await page.evaluate(() =>
    Object.keys(window.store.getState().profile.graphLayout.positions));
  for (const node of ['a.Xvalue', 'b.Xchildren']) assert.ok(nodes.includes(node), node);
  await screenshot(page, 'devtools_callback_graph');
  const moved = await page.evaluate(() => {
    const position = window.store.getState().profile.graphLayout.positions['a.Xvalue'];
    position.y -= 100;
    return position.y;
  });
  await page.click('#dash-debug-menu__callback-graph-button');
  await page.fill('#a', 'x');
  await shows(page, '#b', 'x');
  await page.click('#dash-debug-menu__callback-graph-button');
  await page.waitForSelector('canvas[data-id="layer2-node"]');
  assert.equal(await page.evaluate(() =>
    window.store.getState().profile.graphLayout.positions['a.Xvalue'].y), moved);
  expectGraphNotes(page);
}, {args: debugging});

test('the callback graph takes a property that is called width', 'chain', async page => {
  await settled(page);
  await page.click('#dash-debug-menu__callback-graph-button');
  await page.waitForSelector('canvas[data-id="layer2-node"]');
  await page.fill('#a', 'xy');
  await page.waitForFunction(() => document.querySelector('#picture')?.getAttribute('width') === '30');
  assert.equal(await page.locator('.test-devtools-error-count').count(), 0);
  expectGraphNotes(page);
}, {args: debugging});

test('what was typed is undone and done again', 'undo_and_redo', async page => {
  const buttons = '._dash-undo-redo span div:last-child';
  const offered = async texts => page.waitForFunction(
    ({selector, wanted}) => [...document.querySelectorAll(selector)]
      .map(element => element.textContent).join() === wanted,
    {selector: buttons, wanted: texts.join()});
  await settled(page);
  for (const text of ['x', 'xy', 'xyz']) {
    await page.locator('#a').press(text.at(-1));
    await shows(page, '#b', text);
  }
  await offered(['undo']);
  await page.getByText('undo').click();
  await shows(page, '#b', 'xy');
  await offered(['undo', 'redo']);
  await page.getByText('undo').click();
  await shows(page, '#b', 'x');
  await page.getByText('redo').click();
  await shows(page, '#b', 'xy');
  await page.getByText('undo').click();
  await page.getByText('undo').click();
  await shows(page, '#b', '');
  await offered(['redo']);
});

test('nothing is undone where that is not asked for', 'text_field', async page => {
  await page.fill('#a', 'xyz');
  await shows(page, '#b', 'xyz');
  assert.equal(await page.locator('._dash-undo-redo').count(), 0);
});

test('development bundles are loaded under debug only', 'text_field', async (page, server) => {
  await settled(page);
  const scripts = await page.$$eval('script[src]', elements => elements.map(({src}) => src));
  const names = scripts.map(src => src.split('/').pop().replace(/\.v[\w-]+m[0-9a-f]+/, ''));
  for (const name of ['dash_renderer.dev.js', 'react-dom@18.3.1.js', 'prop-types@15.8.1.js',
    'proptypes.js']) assert.ok(names.includes(name), `${name} in ${names}`);
  assert.equal(await page.evaluate(() => typeof window.React.version), 'string');
  const plain = await fetch(scripts.find(src => src.includes('dash_renderer')),
    {headers: {'Accept-Encoding': 'identity'}});
  assert.equal((await plain.text()).length > 7e6, true, 'also for who takes nothing compressed');
  await fetch(server.url);
  await server.line(/"GET \/ HTTP\/1\.1" 200/);
}, {args: [...debugging, '--no-dev-tools-silence-routes-logging']});
