// SPDX-License-Identifier: MIT
// Debian's Chromium, driven by playwright-core.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(path.join(process.env.EKIDEN_NODE_MODULES, 'package.json'));
const {chromium} = require('playwright-core');

export async function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.EKIDEN_CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/// A page of its own browser context (own cache, own storage) that notes what goes wrong in it.
export async function newPage(browser) {
  const context = await browser.newContext({viewport: {width: 1100, height: 1000}});
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);  // two cores, perhaps shared with a build
  page.problems = [];
  page.callbacks = [];
  page.on('console', message => {
    // What React's development build says to every developer.
    if (message.text().includes('Download the React DevTools')) return;
    page.problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', error => page.problems.push(`exception: ${error}`));
  // Chromium calls a request that was answered without content aborted.
  const answeredWithoutContent = new Set();
  page.on('requestfailed', request => {
    if (!answeredWithoutContent.has(request)) page.problems.push(`failed: ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on('response', response => {
    if (response.status() === 204) answeredWithoutContent.add(response.request());
    if (response.status() >= 400) page.problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on('request', request => {
    if (request.url().endsWith('_dash-update-component'))
      page.callbacks.push({request, output: request.postDataJSON().output, sent: performance.now()});
  });
  page.on('requestfinished', request => {
    const callback = page.callbacks.find(entry => entry.request === request);
    if (callback) callback.done = performance.now();
  });
  return page;
}

/// Of a page that loaded itself while it asked `_reload-hash`: that is no problem.
export function forgetAbortedPolls(page) {
  page.problems = page.problems.filter(
    problem => !/_reload-hash: net::ERR_ABORTED$|fetch error undefined/.test(problem));
}

export async function openPage(browser, url) {
  const page = await newPage(browser);
  await page.goto(url);
  return page;
}

/// Waits until the element shows just this text.
export async function shows(page, selector, text) {
  await page.waitForFunction(({selector: where, text: wanted}) =>
    document.querySelector(where)?.textContent === wanted, {selector, text});
}

/// Waits until the field has just this value.
export async function holdsValue(page, selector, value) {
  await page.waitForFunction(({selector: where, value: wanted}) =>
    document.querySelector(where)?.value === wanted, {selector, value});
}

/// Waits until the renderer has nothing left to do.
export async function settled(page) {
  await page.waitForFunction(() => {
    const callbacks = window.store?.getState().callbacks;
    return callbacks && document.querySelector('#react-entry-point')?.childElementCount &&
      !document.querySelector('._dash-loading') && window.store.getState().layout &&
      Object.entries(callbacks).every(([name, list]) =>
        name === 'stored' || name === 'completed' || !Array.isArray(list) || list.length === 0);
  });
}

export function assertNoProblems(page) {
  assert.deepEqual(page.problems, [], 'the browser console and network log must be empty');
}

/// Waits until every graph of the page shows points of its current figure.
export async function waitForGraphs(page, count, rows) {
  await page.waitForFunction(({count: wanted, rows: length}) => {
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    return plots.length === wanted &&
      plots.every(plot => plot.data?.[0]?.x?.length === length || plot._fullData?.[0]?._length === length) &&
      !document.querySelector('._dash-loading-callback');
  }, {count, rows}, {timeout: 60_000});
}

export async function choose(page, dropdown, option) {
  await page.click(`#${dropdown}`);
  await page.getByRole('option', {name: option, exact: true}).click();
}

/// Saves a picture of the page, as far as it has content, where `make screenshots` finds it.
export async function screenshot(page, name) {
  const folder = process.env.EKIDEN_SCREENSHOTS ?? os.tmpdir();
  fs.mkdirSync(folder, {recursive: true});
  const content = await page.evaluate(() => document.body.getBoundingClientRect().bottom + 20);
  const {width, height} = page.viewportSize();
  await page.screenshot({path: path.join(folder, `${name}.png`),
    clip: {x: 0, y: 0, width, height: Math.min(height, Math.ceil(content))}});
}
