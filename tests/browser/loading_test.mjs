// SPDX-License-Identifier: MIT
// What a page shows while it starts and while callbacks run: its spinners and its title.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';

const test = suite('loading');

/// Resolves with the request of the page's own start whose path ends in `name`, held.
function held(page, name) {
  return new Promise(resolve => page.route(`**/${name}`, resolve));
}

const starts = ['_dash-layout', '_dash-dependencies'];
for (const order of [starts, [...starts].reverse()]) {
  test(`the page starts when ${order[0]} is answered before ${order[1]}`, 'rdrc001',
    async (page, server) => {
      const routes = order.map(name => held(page, name));
      const gate = await Gate.at(page, /output/);
      await page.goto(server.url);
      const [first, second] = await Promise.all(routes);
      const answered = page.waitForEvent('requestfinished', request => request === first.request());
      await first.continue();
      await answered;
      assert.equal(await page.locator('#output').count(), 0, 'half the answers show nothing');
      await second.continue();
      await shows(page, '#output', 'not yet');
      await gate.holds(1);
      await gate.open();
      await shows(page, '#output', 'initial value');
      assert.equal(calls(page).length, 1);
    }, {path: null});
}

/// Waits until just these elements hold a spinner.
async function spinning(page, ...selectors) {
  await page.waitForFunction(wanted => {
    const all = document.querySelectorAll('.dash-spinner');
    return all.length === wanted.length &&
      wanted.every(where => document.querySelector(`${where} .dash-spinner`));
  }, selectors);
}

test('each dcc.Loading spins while an output inside it is computed, in its own way', 'rdls001',
  async page => {
    for (let round = 0; round < 2; ++round) {
      await page.gate.holds(1);
      await spinning(page, '.around-plain', '.around-nested', '.around-graph');
      await page.waitForSelector('.around-plain .dash-spinner.dash-default-spinner');
      await page.waitForSelector('.around-nested .dash-spinner.dash-sk-circle');
      await page.waitForSelector('.around-graph .dash-spinner.dash-cube-container');
      await page.gate.release();
      await spinning(page);
      await shows(page, '#nested', round === 0 ? 'text' : 'more text');
      if (round === 0) await page.fill('#input', 'more text');
    }
    await settled(page);
    assert.equal(calls(page).length, 2);
  }, {prepare: async page => { page.gate = await Gate.at(page, /graph/); }});

test('in a chain the spinner is where the running callback writes', 'rdls002', async page => {
  const text = (clicks, length) => ['', `1 of ${clicks}`, `2 after 1 of ${clicks}`,
    `3 after 2 after 1 of ${clicks}`, `4 after 2 after 1 of ${clicks}`][length];
  const show = async (...clicks) => {
    for (const [index, name] of ['first', 'second', 'third', 'fourth'].entries())
      await shows(page, `#${name}`, text(clicks[index], index + 1));
  };
  await show(0, 0, 0, 0);
  await settled(page);
  const gate = await Gate.at(page, /./);
  await page.click('#button');
  await gate.holds(1);
  await spinning(page, '.around-first');
  await show(0, 0, 0, 0);
  await gate.release();
  await gate.holds(1);
  await spinning(page, '.around-second');
  await show(1, 0, 0, 0);
  await gate.release();
  await gate.holds(1);
  await spinning(page, '.around-third', '.around-fourth');
  await show(1, 1, 0, 0);
  await gate.release();
  await spinning(page);
  await show(1, 1, 1, 1);
  assert.equal(calls(page).length, 6);
});

async function titled(page, title) {
  await page.waitForFunction(wanted => document.title === wanted, title);
}

/// Keeps all titles that the page ever has in `titles`.
async function noteTitles(page) {
  await page.addInitScript(() => {
    window.titles = [];
    new MutationObserver(() => {
      if (document.title && window.titles.at(-1) !== document.title)
        window.titles.push(document.title);
    }).observe(document, {subtree: true, childList: true, characterData: true});
  });
}

async function noteTitlesAndHold(page) {
  await noteTitles(page);
  page.gate = await Gate.at(page, /output/);
}

for (const [title, shown] of [[undefined, 'Updating...'], ['', 'Dash'], ['Hello', 'Hello']]) {
  const env = title === undefined ? {} : {EKIDEN_TEST_UPDATE_TITLE: title};
  const what = title === undefined ? 'not set' : `"${title}"`;

  test(`with an update title ${what} the title is ${shown} while a callback runs`, 'rdls003',
    async page => {
      await page.gate.holds(1);
      await titled(page, shown);
      await page.gate.release();
      await shows(page, '#output', '0');
      await titled(page, 'Dash');
      await page.click('#button');
      await page.gate.holds(1);
      await titled(page, shown);
      await page.gate.release();
      await shows(page, '#output', '1');
      await titled(page, 'Dash');
      await settled(page);
      assert.deepEqual([...new Set(await page.evaluate(() => window.titles))].sort(),
        [...new Set(['Dash', shown])].sort());
    }, {env, prepare: noteTitlesAndHold});

  test(`with an update title ${what} the page's own title comes back`, 'rdls003-page',
    async page => {
      await shows(page, '#output', '0');
      await titled(page, 'Page 0');
      await settled(page);
      const gate = await Gate.at(page, /output/);
      await page.click('#button');
      await gate.holds(1);
      await titled(page, title === '' ? 'Page 0' : shown);
      await gate.open();
      await shows(page, '#output', '1');
      await titled(page, 'Page 0');
      await page.click('#page');
      await shows(page, '#named', 'Page 1');
      await titled(page, 'Page 1');
      await page.click('#button');
      await shows(page, '#output', '2');
      await titled(page, 'Page 1');
    }, {env});
}

for (const title of ['', 'Own update title']) {
  test(`a clientside callback sets the title before a chained callback, update title "${title}"`,
    'rdls004', async page => {
      await shows(page, '#output', '0');
      await titled(page, 'Start title');
      await settled(page);
      const gate = await Gate.at(page, /output/);
      await page.click('#page');
      await gate.holds(1);
      await titled(page, title || 'Page 1');
      await gate.release();
      await shows(page, '#output', '1');
      await titled(page, 'Page 1');
    }, {env: {EKIDEN_TEST_UPDATE_TITLE: title}});
}
