// SPDX-License-Identifier: MIT
// Suites of small apps: one module holds the apps of one feature, each test serves one of them.
import path from 'node:path';
import {after, before, test} from 'node:test';

import {assertNoProblems, launchBrowser, newPage} from './browser.mjs';
import {Server} from './server.mjs';

/// Returns a function like node's `test` for the apps of `apps/MODULE.cpp`. Its body is given a page
/// that shows the app NAME, and the server; afterwards the browser's console must be empty, or hold
/// just what `page.problems` is left with after the body removed what it expected.
/// Options: `args` and `env` of the server, `workers`, `path` of the URL to open (null: the body
/// opens the page itself), `prepare`, called with the page and the server before it is opened.
export function suite(module) {
  let browser;
  before(async () => { browser = await launchBrowser(); });
  after(async () => { await browser?.close(); });
  return (title, name, body, options = {}) => test(title, async () => {
    const {args = [], env = {}, workers = 2, path: start = '', prepare} = options;
    const server = await Server.start(
      path.join(process.env.EKIDEN_TEST_APPS, `browser_${module}.so`),
      {workers, args, env: {EKIDEN_TEST_CASE: name, ...env}});
    const page = await newPage(browser);
    try {
      await prepare?.(page, server);
      if (start !== null) await page.goto(new URL(start, server.url).href);
      await body(page, server);
      assertNoProblems(page);
    } finally {
      await page.context().close();
      await server.stop();
    }
  });
}

/// Holds requests of callbacks whose output fits `pattern` back until they are let go: a slow
/// callback without a clock. Make it before the page sends them.
export class Gate {
  static async at(page, pattern) {
    const gate = new Gate();
    gate.held = [];
    gate.isOpen = false;
    gate.waiting = new Set();
    await page.route('**/_dash-update-component', async route => {
      if (gate.isOpen || !pattern.test(route.request().postDataJSON().output))
        return route.fallback();
      gate.held.push(route);
      for (const waiter of [...gate.waiting]) waiter();
    });
    return gate;
  }

  /// Resolves when `count` requests are held.
  async holds(count) {
    await new Promise(resolve => {
      const waiter = () => {
        if (this.held.length < count) return;
        this.waiting.delete(waiter);
        resolve();
      };
      this.waiting.add(waiter);
      waiter();
    });
  }

  /// Lets the request go that was held first, or the one at `index`.
  async release(index = 0) {
    const [route] = this.held.splice(index, 1);
    await route.continue();
  }

  /// Lets all go, and all that come later.
  async open() {
    this.isOpen = true;
    for (const route of this.held.splice(0)) await route.continue();
  }
}

/// The callbacks that the page has asked the server for so far, optionally of one output.
export function calls(page, output) {
  return page.callbacks.filter(entry => output === undefined || entry.output === output);
}
