// SPDX-License-Identifier: MIT
// Two users of one app: each finds its own data in any worker, and never the other's.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, launchBrowser, openPage, screenshot, settled, shows}
  from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser, server;

before(async () => {
  browser = await launchBrowser();
  server = await Server.start('sessions', {workers: 4, threads: 1});
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const show = async (page, text) => {
  await page.click('#sessions-show');
  await shows(page, '#sessions-found', text);
};
async function save(page, note) {
  await page.fill('#sessions-note', note);
  await page.click('#sessions-save');
  await shows(page, '#sessions-saved', 'Saved for half an hour.');
}
const idOf = page => page.evaluate(() =>
  JSON.parse(window.sessionStorage.getItem('sessions-id')));

/// What a browser gets for a session's id: asked from within the page, with its cookies.
const ask = (page, session) => page.evaluate(async id => {
  const response = await fetch('_dash-update-component', {
    method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({
      output: 'sessions-found.children', outputs: {id: 'sessions-found', property: 'children'},
      inputs: [{id: 'sessions-show', property: 'n_clicks', value: 1}],
      state: [{id: 'sessions-id', property: 'data', value: id}],
      changedPropIds: ['sessions-show.n_clicks'],
    }),
  });
  return (await response.json()).response['sessions-found'].children;
}, session);

test('a session finds its own data in every worker, and nobody else does', async () => {
  const anna = await openPage(browser, server.url), ben = await openPage(browser, server.url);
  await settled(anna);
  await settled(ben);
  await show(anna, 'Nothing is noted.');
  await save(anna, 'apples for Anna');
  await save(ben, 'oranges for Ben');

  await show(anna, 'You noted: apples for Anna');
  await show(ben, 'You noted: oranges for Ben');
  await screenshot(anna, 'sessions');
  const annas = await idOf(anna), bens = await idOf(ben);
  assert.match(annas, /^[0-9a-f]{32}$/);
  assert.notEqual(annas, bens);
  for (let i = 0; i < 20; ++i) {  // whichever worker answers
    assert.equal(await ask(anna, annas), 'You noted: apples for Anna');
    assert.equal(await ask(ben, bens), 'You noted: oranges for Ben');
  }

  assert.equal(await ask(ben, annas), 'Nothing is noted.', 'a foreign id');
  assert.equal(await ask(anna, '0'.repeat(32)), 'Nothing is noted.', 'a guessed id');
  const {body} = await server.post('sessions-found.children',
    [{id: 'sessions-show', property: 'n_clicks', value: 1},
      {id: 'sessions-id', property: 'data', value: annas}]);
  assert.ok(!body.includes('apples'), 'without the cookie');
  assertNoProblems(anna);
  assertNoProblems(ben);
});

test('another page of the same browser has a session of its own', async () => {
  const first = await openPage(browser, server.url);
  await settled(first);
  await save(first, 'first');
  const second = await first.context().newPage();
  await second.goto(server.url);
  await settled(second);
  await show(second, 'Nothing is noted.');
  await first.reload();
  await show(first, 'You noted: first');
});
