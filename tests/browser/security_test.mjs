// SPDX-License-Identifier: MIT
// What must not get into a page: addresses that run scripts, and text of the request.
import assert from 'node:assert/strict';
import http from 'node:http';

import {shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('security');

const injected = '<scRipt>console.error(0x000F45)</scRipt>';

/// The body for a path that is sent as it is, where fetch would encode it.
function rawGet(server, path) {
  return new Promise((resolve, reject) => {
    http.get({host: '127.0.0.1', port: server.port, path, agent: false}, response => {
      let body = '';
      response.on('data', chunk => (body += chunk));
      response.on('end', () => resolve({status: response.statusCode, body,
        type: response.headers['content-type'] ?? ''}));
    }).on('error', reject);
  });
}

for (const args of [[], ['--debug']]) {
  test(`text of the URL does not become part of a page${args.map(arg => ` with ${arg}`)}`,
    'sinj001', async (page, server) => {
      await shows(page, '#page', 'Regular page');
      assert.equal(await page.title(), 'Title');
      const ending = `'"--></style></scRipt>${injected}`;
      for (const start of ['?', '', 'page/', 'assets/', '_dash-component-suites/dash/',
        '_dash-component-suites/', '_reload-hash?', '_dash-layout?']) {
        for (const path of [ending, encodeURIComponent(ending)]) {
          const {status, body, type} = await rawGet(server, `/${start}${path}`);
          const harmless = !body.includes(injected) || !type.startsWith('text/html');
          assert.ok(harmless, `/${start}${path} answers ${status} ${type}:\n${body}`);
        }
      }
    }, {path: `?'"--></style></scRipt>${injected}`, args});
}

test('addresses that would run a script are blank', 'xss001', async page => {
  for (const [id, property] of [['link', 'href'], ['lines', 'href'], ['tabs', 'href'],
    ['encoded', 'href'], ['form', 'action'], ['form-button', 'formAction'],
    ['iframe', 'src'], ['object', 'data'], ['embed', 'src']]) {
    await page.locator(`#${id}`).waitFor({state: 'attached'});
    const value = await page.locator(`#${id}`).evaluate((element, name) => element[name], property);
    assert.equal(value, 'about:blank', `${property} of #${id}`);
  }
  assert.deepEqual(page.dialogs, []);
  const reports = page.problems.splice(0);
  assert.ok(reports.length >= 9, `each is reported: ${reports.length}`);
  for (const report of reports) assert.match(report, /^console: Error: Dangerous link detected:/);
}, {
  prepare: page => {
    page.dialogs = [];
    page.on('dialog', dialog => {
      page.dialogs.push(dialog.message());
      return dialog.dismiss();
    });
  },
});

test('a link without an address has none', 'xss002', async page => {
  await shows(page, '#link', 'link');
  assert.equal(await page.locator('#link').getAttribute('href'), null);
});

test('addresses that hold data are allowed', 'xss003', async page => {
  await page.locator('#image').waitFor();
  assert.match(await page.locator('#image').getAttribute('src'), /^data:image\/gif;base64,/);
  await page.waitForFunction(() => document.querySelector('#image')?.naturalWidth === 1);
});
