// SPDX-License-Identifier: MIT
// The development loop: sources change, the app is built and loaded, open pages follow. What the
// "compiler" of this test makes of a source is a copy of the module that the source names.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';

import {assertNoProblems, forgetAbortedPolls, launchBrowser, newPage, screenshot, shows} from './support/browser.mjs';
import {Server} from './support/server.mjs';

let browser;
before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

const lists = `cmake_minimum_required(VERSION 3.25)
project(hot NONE)
add_custom_target(hot COMMAND \${CMAKE_COMMAND} -D out=\${CMAKE_BINARY_DIR}/hot.so
                  -P \${CMAKE_SOURCE_DIR}/compile.cmake)
`;
const compiler = `file(READ \${CMAKE_CURRENT_LIST_DIR}/app.cpp source)
string(STRIP "\${source}" source)
if(source STREQUAL "long")
  execute_process(COMMAND \${CMAKE_COMMAND} -E sleep 600)
endif()
if(NOT EXISTS "\${source}")
  message(FATAL_ERROR [[app.cpp:3:5: error: expected ';' before "}" in C:\\new]])
endif()
if(NOT EXISTS \${out} OR \${source} IS_NEWER_THAN \${out})
  execute_process(COMMAND \${CMAKE_COMMAND} -E copy \${source} \${out}.new)
  execute_process(COMMAND \${CMAKE_COMMAND} -E touch \${out}.new)
  file(RENAME \${out}.new \${out})
endif()
`;

const overlay = page => page.evaluate(() => getComputedStyle(document.body, '::after').content);
const hasOverlay = (page, wanted) => page.waitForFunction(
  text => getComputedStyle(document.body, '::after').content.includes(text), wanted);
const hasNone = page => page.waitForFunction(
  () => getComputedStyle(document.body, '::after').content === 'none');

/// Runs `body` with a page of an app in a CMake project of its own.
async function withProject(body) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-sources-'));
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  const module = name => {
    const copy = path.join(folder, `.${name}`);  // hidden: no source, and new each time
    fs.copyFileSync(path.join(process.env.EKIDEN_TEST_APPS, name), copy);
    return copy;
  };
  write('CMakeLists.txt', lists);
  write('compile.cmake', compiler);
  write('app.cpp', module('browser_devtools.so'));
  const build = path.join(folder, 'build');
  execFileSync('cmake', ['-S', folder, '-B', build], {stdio: 'ignore'});
  execFileSync('cmake', ['--build', build, '--target', 'hot'], {stdio: 'ignore'});
  const server = await Server.start(path.join(build, 'hot.so'),
    {workers: 2, args: ['--reload'], env: {EKIDEN_TEST_CASE: 'hot'}});
  const page = await newPage(browser);
  try {
    await server.line(/watches .* and builds hot/);
    await page.goto(server.url);
    await shows(page, '#text', 'hot');
    await page.waitForResponse(/_reload-hash/);
    await body({page, server, write, module});
    forgetAbortedPolls(page);
    assertNoProblems(page);
  } finally {
    await page.context().close();
    await server.stop();
    assert.equal(server.matches(/left behind/).length, 0, 'the builder and its builds have ended');
    fs.rmSync(folder, {recursive: true});
  }
}

test('a changed source is built, loaded and shown', async () => {
  await withProject(async ({page, server, write, module}) => {
    write('app.cpp', module('browser_source_reload.so'));
    await shows(page, '#text', 'built again');
    await server.line(/generation 2, sources built/);
    await page.waitForResponse(/_reload-hash/);
    assert.equal(server.matches(/generation 3/).length, 0);
  });
});

test('what does not build is shown over the page, which the last version serves', async () => {
  await withProject(async ({page, server, write, module}) => {
    write('app.cpp', 'int main( {');
    await hasOverlay(page, `app.cpp:3:5: error: expected ';' before \\"}\\" in C:\\\\new`);
    await server.line(/\[error\].*hot does not build/);
    await shows(page, '#text', 'hot');
    await screenshot(page, 'build_error');
    const other = await newPage(browser);
    await other.goto(server.url);
    await shows(other, '#text', 'hot');
    await other.context().close();

    write('app.cpp', module('browser_source_reload.so'));
    await shows(page, '#text', 'built again');
    await hasNone(page);
  });
});

test('an error that is taken back goes from the page, and nothing is loaded', async () => {
  await withProject(async ({page, server, write, module}) => {
    const good = module('browser_devtools.so');
    await server.line(/is ready/);
    write('app.cpp', 'one error');
    await hasOverlay(page, 'error');
    write('app.cpp', `${good}\n`);
    await hasNone(page);
    assert.match(await overlay(page), /none/);
    await shows(page, '#text', 'hot');
  });
});

test('a build that is under way ends with the server', async () => {
  await withProject(async ({page, server, write}) => {
    await page.goto('about:blank');
    write('app.cpp', 'long');
    await server.line(/sources changed: building hot/);
    await server.stop();
    assert.equal(server.matches(/stopped$/).length, 1);
  });
});
