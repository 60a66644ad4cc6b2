// SPDX-License-Identifier: MIT
// The index page and the layout it shows.
import assert from 'node:assert/strict';

import {choose, settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('index_page');

test('data- and aria- attributes are attributes of the element, null ones are not', 'inin003',
  async page => {
    await settled(page);
    const attributes = await page.$eval('#inner', element =>
      Object.fromEntries([...element.attributes].map(({name, value}) => [name, value])));
    assert.deepEqual(attributes, {
      id: 'inner', 'data-string': 'several words', 'data-number': '512', 'data-date': '2012-01-10',
      'aria-progress': '5',
    });
  });

const metas = page => page.$$eval('meta', elements => elements.map(element =>
  [element.getAttribute('name'), element.getAttribute('content')]));

test('the app\'s meta tags follow the three of every page', 'inin006', async page => {
  await shows(page, '#content', 'content');
  const all = await metas(page);
  assert.equal(all.length, 5);
  assert.deepEqual(all.slice(3), [['description', 'my app'], ['custom', 'customised']]);
});

test('a viewport of the app\'s own takes the place of the default one', 'inin007', async page => {
  await shows(page, '#content', 'content');
  const viewports = (await metas(page)).filter(([name]) => name === 'viewport');
  assert.equal(viewports.length, 1);
  assert.ok(!viewports[0][1]);
});

test('an index page of the app\'s own is used, its scripts untouched', 'inin008', async page => {
  await shows(page, '#header', 'Header');
  await shows(page, '#footer', 'Footer');
  await shows(page, '#app', 'the app');
  await shows(page, '#added', 'added a');
});

test('an index page that lacks parts is refused, and the default one serves', 'inin009',
  async page => {
    await settled(page);
    const refusal = await page.textContent('#refusal');
    for (const part of ['{%app_entry%}', '{%config%}', '{%scripts%}'])
      assert.ok(refusal.includes(part), refusal);
  });

test('a layout may be a function', 'inin010',
  page => shows(page, '#content', 'made by a function'));

test('a callback may bring the first component of a library', 'inin017', async page => {
  await page.click('#button');
  await page.waitForSelector('#inserted');
});

for (const [name, path, text] of [['inin025-1', 'app1/', 'the first'],
  ['inin025-2', 'app2/', 'the second']]) {
  test(`an app lives below /${path}`, name, async (page, server) => {
    await shows(page, '#output', text);
    assert.deepEqual(calls(page).map(({request}) => new URL(request.url()).pathname),
      [`/${path}_dash-update-component`]);
    assert.equal((await fetch(server.url)).status, 404);
  }, {path});
}

test('graphs in tabs do not share what was clicked', 'inin026', async page => {
  const click = async name => {
    await page.waitForSelector(`#${name} .bars path`);
    await settled(page);
    const plot = await page.locator(`#${name} .nsewdrag`).first().boundingBox();
    await page.mouse.click(plot.x + plot.width / 2, plot.y + plot.height * 0.8);
  };
  await shows(page, '#graph1-clicked', 'nothing');
  await click('graph1');
  await shows(page, '#graph1-clicked', 'x = 2');
  await page.click('#tab2');
  await shows(page, '#graph2-clicked', 'nothing');
  await click('graph2');
  await shows(page, '#graph2-clicked', 'x = 3');
});

test('a layout may be a list of texts and components', 'inin028', async page => {
  await shows(page, '#one', 'one');
  const shown = await page.textContent('#react-entry-point');
  assert.ok(shown.startsWith('first textsecond text'), shown);
  for (const name of ['direct', 'nested']) {
    await page.click(`#${name}`);
    await shows(page, `#${name}-output`, 'clicked 1');
  }
});

test('a value goes back to what the layout had', 'inin031', async page => {
  for (const city of ['Toronto', 'Vancouver', 'Toronto', 'Montréal']) {
    if (city !== 'Toronto' || calls(page).length > 1) await choose(page, 'dropdown', city);
    await shows(page, '#output', `You chose ${city}`);
  }
  await settled(page);
  assert.equal(calls(page).length, 4);
});
