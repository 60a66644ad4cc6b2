// SPDX-License-Identifier: MIT
// The assets folder and external files: what a page loads, and in which order.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('assets');
const testExternal = suite('index_page');

const loaded = page => page.evaluate(() => window.loaded);
const css = (page, selector, property) => page.$eval(selector, (element, name) =>
  getComputedStyle(element)[name], property);

/// Answers for another host, so that no test needs the network.
async function fakeHost(page, files) {
  page.asked = [];
  await page.route('https://cdn.example/**', route => {
    const name = new URL(route.request().url()).pathname.slice(1);
    page.asked.push(name);
    return route.fulfill({
      body: files[name] ?? '',
      contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript',
      headers: {'Access-Control-Allow-Origin': '*'},
    });
  });
}

test('a page loads the assets folder in order, without what assets_ignore matches', 'dada001',
  async (page, server) => {
    await shows(page, '#content', 'content');
    assert.deepEqual(await loaded(page), ['first', 'after', 'after1', 'after10', 'after2']);
    assert.equal(await css(page, 'body', 'margin'), '0px');
    assert.equal(await css(page, '#content', 'padding'), '8px', 'the later stylesheet wins');
    assert.equal((await fetch(server.url + 'assets/ignored.js')).status, 200);
  });

test('external files are loaded before the assets', 'dada002', async page => {
  await shows(page, '#content', 'content');
  assert.deepEqual(await loaded(page), ['first', 'after', 'after1', 'after10', 'after2']
    .map(name => `${name} with library`));
  assert.deepEqual(page.asked.sort(), ['library.js', 'style.css']);
  assert.equal(await css(page, '#content', 'color'), 'rgb(0, 128, 0)');
  assert.equal(await css(page, '#content', 'padding'), '8px', 'assets have the last word');
}, {
  prepare: page => fakeHost(page, {
    'library.js': 'window.vendor = true;',
    'style.css': '#content { color: green; padding: 30px; }',
  }),
});

testExternal('external scripts and stylesheets have the attributes they were given', 'dada004',
  async page => {
    await settled(page);
    const attributes = selector => page.$$eval(selector, all => all.map(element =>
      Object.fromEntries([...element.attributes].map(({name, value}) => [name, value]))));
    assert.deepEqual(await attributes('script[src^="https://cdn"]'), [
      {src: 'https://cdn.example/plain.js'},
      {src: 'https://cdn.example/module.js', type: 'module'},
      {src: 'https://cdn.example/async.js', async: 'true', 'data-test': 'own'},
      {
        src: 'https://cdn.example/checked.js', crossorigin: 'anonymous',
        integrity: 'sha256-pZqJ6+qeiZx27SC2JOwp4LEI+REOVyHnl9kZaTk+coI=',
      },
    ]);
    assert.deepEqual(await attributes('link[href^="https://cdn"]'), [
      {rel: 'stylesheet', href: 'https://cdn.example/plain.css'},
      {rel: 'stylesheet', href: 'https://cdn.example/print.css', media: 'print'},
    ]);
    assert.deepEqual(await page.evaluate(() => window.ran.sort()),
      ['async.js', 'checked.js', 'module.js', 'plain.js']);
  }, {
    prepare: page => fakeHost(page, Object.fromEntries(['plain', 'module', 'async', 'checked']
      .map(name => [`${name}.js`, `(window.ran ??= []).push('${name}.js');`]))),
  });

test('files below a folder that assets_path_ignore matches are served, but not loaded', 'api001',
  async (page, server) => {
    await shows(page, '#content', 'content');
    assert.deepEqual((await loaded(page)).sort(), ['first', 'ignored']);
    assert.equal(await css(page, '#content', 'padding'), '8px');
    assert.equal((await fetch(server.url + 'assets/scripts/after.js')).status, 200);
  });
