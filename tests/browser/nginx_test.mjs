// SPDX-License-Identifier: MIT
// The sites of config/nginx/, as a browser sees an app through them.
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';

import {assertNoProblems, choose, launchBrowser, newPage, settled} from './support/browser.mjs';
import {Nginx} from './support/nginx.mjs';
import {Server} from './support/server.mjs';

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

/// Opens the app aggregations at `at` of a site, with the app's own settings in `env`.
async function visit(site, {at, env}, use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-nginx-'));
  const socket = path.join(folder, 'ekiden.sock');
  let server, nginx, page;
  try {
    server = await Server.start('aggregations',
      {workers: 2, args: ['--bind', `unix:${socket}`], env});
    nginx = await Nginx.start(site, {socket, folder});
    page = await newPage(browser);
    await page.goto(nginx.origin + at);
    await use(page, {socket, nginx});
    assertNoProblems(page);
  } finally {
    await page?.context().close();
    await nginx?.stop();
    await server?.stop();
    fs.rmSync(folder, {recursive: true, force: true});
  }
}

const points = page => page.evaluate(() =>
  JSON.stringify(document.querySelector('#upfront-graph-1 .js-plotly-plot')?._fullData?.[0]?.y));

async function callbacksWork(page) {
  await page.waitForFunction(() =>
    document.querySelector('#upfront-graph-1 .js-plotly-plot')?._fullData?.[0]?._length > 0);
  const before = await points(page);
  await choose(page, 'upfront-dropdown', 'Osaka');
  await page.waitForFunction(old => JSON.stringify(
    document.querySelector('#upfront-graph-1 .js-plotly-plot')._fullData[0].y) !== old, before);
  await settled(page);
}

/// What the page has loaded from below `path`, with the sizes on the wire and unpacked.
const loaded = (page, path) => page.evaluate(part =>
  performance.getEntriesByType('resource').filter(({name}) => name.includes(part)).map(entry => ({
    path: new URL(entry.name).pathname, transferred: entry.transferSize,
    packed: entry.encodedBodySize, unpacked: entry.decodedBodySize})), path);

async function assetsAreCompressedAndCached(page, prefix) {
  const first = await loaded(page, '/_dash-component-suites/');
  assert.ok(first.length > 5);
  for (const asset of first) {
    assert.ok(asset.path.startsWith(prefix + '_dash-component-suites/'), asset.path);
    assert.ok(asset.transferred > 0, `${asset.path} came from the cache`);
    if (asset.unpacked < 5000) continue;
    assert.ok(asset.packed < asset.unpacked / 2, `${asset.path} is packed`);
  }
  await page.goto(page.url());
  await settled(page);
  const again = await loaded(page, '/_dash-component-suites/');
  assert.ok(again.length > 5);
  for (const asset of again) {
    // Parts that components load by name have no fingerprint: browsers ask whether they changed.
    const most = /\.v\w+m\w+\./.test(asset.path) ? 0 : 300;
    assert.ok(asset.transferred <= most, `${asset.path} took ${asset.transferred} bytes again`);
  }
}

/// The answers of callbacks are large, and were packed by nginx.
async function answersAreCompressed(page) {
  const answers = await loaded(page, '_dash-update-component');
  const large = answers.filter(({unpacked}) => unpacked > 2000);
  assert.ok(large.length > 0);
  for (const {packed, unpacked} of large) assert.ok(packed < unpacked / 2);
}

/// The server's ends of the connections that are open on a unix socket.
const connectionsTo = socket => fs.readFileSync('/proc/net/unix', 'utf8').split('\n')
  .map(line => line.split(/\s+/)).filter(fields => fields[7] === socket && fields[5] === '03')
  .map(fields => fields[6]);

async function upstreamIsKeptAlive(page, {socket}) {
  const before = connectionsTo(socket);
  assert.ok(before.length > 0, 'nginx holds connections although no request is under way');
  await page.evaluate(async () => {
    for (let asked = 0; asked < 20; ++asked)
      await (await fetch('_dash-dependencies', {cache: 'no-store'})).text();
  });
  assert.deepEqual(connectionsTo(socket), before);
}

/// Throws with what it printed if the exit code is not 0.
async function doctorHasNothingToSay(url) {
  const {stdout} = await promisify(execFile)(process.env.EKIDEN_PROGRAM, ['doctor', url]);
  assert.match(stdout, / ok, 0 warnings, 0 errors\n$/);
}

const sites = [
  {site: 'ekiden.conf', at: '/', env: {}},
  {site: 'sub_path.conf', at: '/sales/', env: {DASH_URL_BASE_PATHNAME: '/sales/'}},
  {site: 'sub_path_stripped.conf', at: '/sales/', env: {DASH_REQUESTS_PATHNAME_PREFIX: '/sales/'}},
];
for (const {site, at, env} of sites) {
  const title = `${site}: callbacks work, assets are cached, all is compressed, upstream is kept`;
  test(title, async () => {
    await visit(site, {at, env}, async (page, running) => {
      await callbacksWork(page);
      await answersAreCompressed(page);
      await assetsAreCompressedAndCached(page, at);
      await upstreamIsKeptAlive(page, running);
      await doctorHasNothingToSay(running.nginx.origin + at);
    });
  });
}

test('a path without its slash leads to the app, whatever port the browser used', async () => {
  await visit('sub_path.conf', {at: '/sales', env: {DASH_URL_BASE_PATHNAME: '/sales/'}},
    async (page, {nginx}) => {
      assert.equal(page.url(), nginx.origin + '/sales/');
      await settled(page);
      const answer = await fetch(nginx.origin + '/sales', {redirect: 'manual'});
      assert.equal(answer.headers.get('location'), '/sales/');
    });
});
