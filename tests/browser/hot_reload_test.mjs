// SPDX-License-Identifier: MIT
// Open pages follow the files of a server under --debug.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {assertNoProblems, forgetAbortedPolls, holdsValue, launchBrowser, newPage, shows} from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

const intervals = ['--dev-tools-hot-reload-interval', '0.1',
  '--dev-tools-hot-reload-watch-interval', '0.05'];

/// Runs `body` with a page of a server whose files the test may change.
async function withServer(body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-hot-'));
  const write = (name, text) => fs.writeFileSync(path.join(folder, 'hot.assets', name), text);
  fs.copyFileSync(path.join(process.env.EKIDEN_TEST_APPS, 'browser_devtools.so'),
    path.join(folder, 'hot.so'));
  fs.mkdirSync(path.join(folder, 'hot.assets'));
  write('page.css', '#text {color: rgb(255, 0, 0)}');
  write('page.js', 'window.version = 1;');
  const server = await Server.start(path.join(folder, 'hot.so'),
    {workers: 2, args: ['--debug', ...intervals], env: {EKIDEN_TEST_CASE: 'hot'}});
  const page = await newPage(browser);
  try {
    await server.line(/ready: 2 workers/);
    await page.goto(server.url);
    await shows(page, '#text', 'hot');
    await page.waitForResponse(/_reload-hash/);
    await body({page, server, write, folder});
    forgetAbortedPolls(page);
    assertNoProblems(page);
  } finally {
    await page.context().close();
    await server.stop();
    fs.rmSync(folder, {recursive: true});
  }
}

const hasColor = (page, color) => page.waitForFunction(wanted =>
  getComputedStyle(document.querySelector('#text') ?? document.body).color === wanted, color);

/// Counts the layouts and documents that the page asks for from now on.
function countLoads(page) {
  const loads = {layouts: 0, documents: 0};
  page.on('request', request => {
    if (request.url().endsWith('_dash-layout')) ++loads.layouts;
    if (request.resourceType() === 'document') ++loads.documents;
  });
  return loads;
}

/// Resolves when the page has asked each worker, and a little more often.
async function polls(page, times = 5) {
  for (let count = 0; count < times; ++count) await page.waitForResponse(/_reload-hash/);
}

test('a changed stylesheet is put in the place of the old one', async () => {
  await withServer(async ({page, server, write}) => {
    await hasColor(page, 'rgb(255, 0, 0)');
    await page.fill('#input', 'typed');
    const loads = countLoads(page);
    write('page.css', '#text {color: rgb(0, 128, 0); margin: 1px}');
    await hasColor(page, 'rgb(0, 128, 0)');
    await server.line(/generation 2 serves/);
    await polls(page);
    await holdsValue(page, '#input', 'typed');
    assert.deepEqual(loads, {layouts: 0, documents: 0});
  });
});

test('a changed script is loaded with the page, once', async () => {
  await withServer(async ({page, server, write}) => {
    const loads = countLoads(page);
    write('page.js', 'window.version = 2;  // longer');
    await page.waitForFunction(() => window.version === 2);
    await server.line(/generation 2 serves/);
    await shows(page, '#text', 'hot');
    await polls(page);
    assert.equal(loads.documents, 1);
  });
});

test('a new generation gives pages their layout again, once', async () => {
  await withServer(async ({page, server}) => {
    await page.fill('#input', 'typed');
    const loads = countLoads(page);
    server.process.kill('SIGHUP');
    await holdsValue(page, '#input', 'initial');
    await server.line(/generation 2 serves/);
    await polls(page);
    assert.deepEqual(loads, {layouts: 1, documents: 0});
  });
});

test('a module that was built again is loaded', async () => {
  await withServer(async ({server, folder}) => {
    const module = path.join(folder, 'hot.so');
    fs.copyFileSync(module, `${module}.new`);
    fs.renameSync(`${module}.new`, module);
    await server.line(/generation 2, files changed/);
    await server.line(/generation 2 serves/);
  });
});

test('the menu shows whether the server can be reached', async () => {
  await withServer(async ({page, server}) => {
    await page.waitForSelector('.dash-debug-menu__button--available');
    server.process.kill('SIGSTOP');
    await page.route('**/_reload-hash', route => route.abort());
    await page.waitForSelector('.dash-debug-menu__button--unavailable');
    server.process.kill('SIGCONT');
    await page.unroute('**/_reload-hash');
    await page.waitForSelector('.dash-debug-menu__button--available');
    page.problems = page.problems.filter(problem => !/reload-hash|ERR_FAILED|fetch/.test(problem));
  });
});
