// SPDX-License-Identifier: MIT
// From saving a source to the page that shows it: `ekiden --reload` with one of the guides' apps in a
// CMake project of its own, a page in Chromium, and one line of the layout changed each time.
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const build = path.resolve(process.argv[2]);
const here = path.dirname(new URL(import.meta.url).pathname);
process.env.EKIDEN_PROGRAM = path.join(build, 'ekiden');
process.env.EKIDEN_NODE_MODULES = process.argv[3];
const {launchBrowser, newPage} = await import('../browser/support/browser.mjs');
const {Server} = await import('../browser/support/server.mjs');

const rounds = 5;
const heading = 'Students by score';
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];

function makeProject(folder) {
  fs.copyFileSync(path.join(here, '../../apps/local_filter/app.cpp'), path.join(folder, 'app.cpp'));
  fs.writeFileSync(path.join(folder, 'CMakeLists.txt'), `cmake_minimum_required(VERSION 3.25)
project(edited LANGUAGES CXX)
find_package(ekiden REQUIRED)
ekiden_add_app(edited app.cpp)
`);
  const target = path.join(folder, 'build');
  execFileSync('cmake', ['-G', 'Ninja', '-S', folder, '-B', target, `-DCMAKE_PREFIX_PATH=${build}`],
    {stdio: 'ignore'});
  execFileSync('cmake', ['--build', target], {stdio: 'ignore'});
  return path.join(target, 'edited.so');
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-edit-'));
const module = makeProject(folder);
const server = await Server.start(module, {workers: 4, args: ['--reload']});
const browser = await launchBrowser();
try {
  const page = await newPage(browser);
  await page.goto(server.url);
  const shows = text => page.waitForFunction(
    wanted => document.body.textContent.includes(wanted), text, {polling: 10});
  await shows(heading);
  await page.waitForResponse(/_reload-hash/);
  const source = fs.readFileSync(path.join(folder, 'app.cpp'), 'utf8');
  const seen = [], built = [];
  for (let round = 1; round <= rounds; ++round) {
    const text = `${heading}, edited ${round} times`;
    const begin = performance.now();
    fs.writeFileSync(path.join(folder, 'app.cpp'), source.replace(heading, text));
    await server.line(new RegExp(`generation ${round + 1}, sources built`));
    built.push(performance.now() - begin);
    await shows(text);
    seen.push(performance.now() - begin);
  }
  console.log('| edit to screen, one line of `local_filter`, 4 workers | s |');
  console.log('|---|---|');
  console.log(`| saved to built (median of ${rounds}) | ${(median(built) / 1000).toFixed(2)} |`);
  console.log(`| saved to shown in the page | ${(median(seen) / 1000).toFixed(2)} |`);
} finally {
  await browser.close();
  await server.stop();
  fs.rmSync(folder, {recursive: true, force: true});
}
