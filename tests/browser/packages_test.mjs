// SPDX-License-Identifier: MIT
// Component packages that an app module brings along: dash-bootstrap-components, dash-cytoscape.
import assert from 'node:assert/strict';
import path from 'node:path';
import {test as plainTest} from 'node:test';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';
import {Server} from './support/server.mjs';

const test = suite('packages');
const kSuites = '_dash-component-suites/';

/// The library says so to everybody whose component has its own default, as this package's has.
function expectWheelNote(page) {
  const note = /^console: You have set a custom wheel sensitivity/;
  assert.ok(page.problems.some(problem => note.test(problem)));
  page.problems = page.problems.filter(problem => !note.test(problem));
}

/// Clicks a place of the graph until the callback has the node there: one that is not drawn yet
/// takes no clicks, and tells nobody when it is.
async function tap(page, x, y, text) {
  await page.waitForFunction(() => document.querySelector('#graph')?._cyreg?.cy.nodes().nonempty());
  for (let attempt = 0; attempt < 20; ++attempt) {
    const box = await page.locator('#graph canvas').last().boundingBox();
    await page.mouse.click(box.x + x, box.y + y);
    const shown = page.waitForFunction(wanted =>
      document.querySelector('#tapped')?.textContent === wanted, text, {timeout: 3000});
    if (await shown.then(() => true, () => false)) return;
  }
  await shows(page, '#tapped', text);
}

const scriptsOf = html => [...html.matchAll(/<script src="([^"?]*)/g)].map(match => match[1]);
const configOf = html =>
  JSON.parse(/id="_dash-config" type="application\/json">([^<]*)</.exec(html)[1]);
const fetched = (server, name, headers = {}) =>
  fetch(new URL(name, server.url), {headers: {'Accept-Encoding': 'identity', ...headers}});

test('buttons, badges and choices of a package take part in callbacks', 'bootstrap', async page => {
  await shows(page, '#orders', '0');
  await shows(page, '#period', 'Figures of the week');
  await page.click('#order');
  await shows(page, '#orders', '1');
  await page.click('#order');
  await shows(page, '#orders', '2');
  await page.selectOption('#choice', 'year');
  await shows(page, '#period', 'Figures of the year');
  await settled(page);
  assert.equal(calls(page, 'orders.children').length, 3);
  assert.equal(calls(page, 'period.children').length, 2);
});

test('a modal opens and closes by callbacks', 'bootstrap', async page => {
  await page.click('#order');
  await shows(page, '#orders', '1');
  await page.click('#details');
  await shows(page, '.modal-body', '1 orders so far');
  await page.locator('.modal.show').waitFor();
  await page.click('#close');
  await page.locator('.modal').waitFor({state: 'detached'});
});

test('a tooltip is shown over its target', 'bootstrap', async page => {
  await page.hover('#order');
  await shows(page, '.tooltip', 'One more, please');
});

test('a component inside a property of a package is drawn', 'bootstrap', async page => {
  await shows(page, '#slow-label', 'Slow');
  assert.equal(await page.locator('#slow-label').evaluate(element => element.tagName), 'STRONG');
  await shows(page, '.progress-bar', '80 %');
  await page.click('text=Slow');
  await shows(page, '.progress-bar', '20 %');
});

test('a stylesheet of the assets folder lays the components out', 'bootstrap', async page => {
  await settled(page);
  const cards = await page.locator('.card').evaluateAll(elements =>
    elements.map(element => element.getBoundingClientRect().top));
  assert.equal(cards[0], cards[1], 'two columns stand side by side');
});

test('a tapped node of a graph reaches its callback', 'cytoscape', async page => {
  await shows(page, '#tapped', 'Nothing tapped');
  await tap(page, 350, 250, 'Tapped Node 2');
  await tap(page, 150, 100, 'Tapped Node 1');
  expectWheelNote(page);
});

test('the elements of a graph are changed by a callback', 'cytoscape', async page => {
  await shows(page, '#tapped', 'Nothing tapped');
  await page.click('#add');
  // The new node stands where the callback put it, and can be tapped there.
  await page.waitForFunction(() =>
    document.querySelector('#graph')?._cyreg?.cy.getElementById('3').nonempty());
  await tap(page, 250, 350, 'Tapped Node 3');
  assert.equal(calls(page, 'graph.elements').length, 1);
  expectWheelNote(page);
});

test('the page loads the packages before the renderer and names their component properties',
  'bootstrap', async (page, server) => {
    const html = await (await fetched(server, '')).text();
    const names = scriptsOf(html).map(url => url.split('/').pop().split('.')[0]);
    const at = name => names.indexOf(name);
    assert.ok(at('dash_bootstrap_components') > at('prop-types@15'));
    assert.ok(at('dash_cytoscape') > at('dash_bootstrap_components'), 'in the order of linking');
    assert.ok(at('dash_cytoscape') < at('dash_renderer'));
    const {children_props: children} = configOf(html);
    assert.deepEqual(children.dash_bootstrap_components.RadioItems, ['options[].label']);
    assert.deepEqual(children.dash_cytoscape, {});
    assert.deepEqual(children.dash_core_components.Tab, ['label']);
  });

test('the bundles of packages are kept for ever under their fingerprint, and compressed',
  'bootstrap', async (page, server) => {
    const html = await (await fetched(server, '')).text();
    const url = scriptsOf(html).find(name => name.includes('dash_cytoscape'));
    assert.match(url, /dash_cytoscape\/dash_cytoscape\.v1_0_2m[0-9a-f]{10}\.min\.js$/);
    const kept = await fetched(server, url, {'Accept-Encoding': 'br'});
    assert.match(kept.headers.get('Cache-Control'), /max-age=31536000/);
    assert.equal(kept.headers.get('Content-Encoding'), 'br');
    assert.equal(kept.headers.get('Content-Type'), 'application/javascript; charset=utf-8');

    const plain = await fetched(server, `${kSuites}dash_cytoscape/dash_cytoscape.min.js`);
    assert.equal(await plain.text(), await kept.text());
    const again = await fetched(server, `${kSuites}dash_cytoscape/dash_cytoscape.min.js`,
      {'If-None-Match': plain.headers.get('ETag')});
    assert.equal(again.status, 304);
  });

test('files of a package that it does not list are not served', 'bootstrap',
  async (page, server) => {
    for (const name of ['dash_cytoscape/dash_cytoscape.dev.js', 'dash_cytoscape/package.json',
      'dash_cytoscape/dash_cytoscape_extra.min.js', 'dash_bootstrap_components/src/index.js']) {
      assert.equal((await fetched(server, kSuites + name)).status, 404, name);
    }
  });

plainTest('an app that links no package has nothing of them', async () => {
  const server = await Server.start(path.join(process.env.EKIDEN_TEST_APPS, 'browser_basic.so'),
    {workers: 1, env: {EKIDEN_TEST_CASE: 'cbsc001'}});
  try {
    const html = await (await fetched(server, '')).text();
    assert.doesNotMatch(html, /bootstrap|cytoscape/);
    const name = 'dash_bootstrap_components/dash_bootstrap_components.min.js';
    assert.equal((await fetched(server, kSuites + name)).status, 404);
  } finally {
    await server.stop();
  }
});
