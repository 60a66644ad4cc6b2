// SPDX-License-Identifier: MIT
// Apps of one project share precompiled headers as far as they have the same flags.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';
import {fileURLToPath} from 'node:url';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-headers-'));
after(() => fs.rmSync(folder, {recursive: true, force: true}));

const app = fileURLToPath(new URL('outside/app.cpp', import.meta.url));
const build = path.join(folder, 'build');

/// Which precompiled headers each source of an app is compiled with.
const headers = {};

before(() => {
  fs.writeFileSync(path.join(folder, 'CMakeLists.txt'), `cmake_minimum_required(VERSION 3.25)
project(headers LANGUAGES CXX)
find_package(ekiden REQUIRED)
foreach(name first second defined optimized turned_off with_its_own)
  file(COPY_FILE ${app} \${CMAKE_CURRENT_BINARY_DIR}/\${name}.cpp)
  ekiden_add_app(\${name} \${CMAKE_CURRENT_BINARY_DIR}/\${name}.cpp)
endforeach()
target_compile_definitions(defined PRIVATE NAME="value")
target_compile_options(optimized PRIVATE -O1)
set_target_properties(turned_off PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
target_precompile_headers(with_its_own PRIVATE <vector>)
`);
  execFileSync('cmake', ['-G', 'Ninja', '-S', folder, '-B', build,
    `-DCMAKE_PREFIX_PATH=${path.dirname(process.env.EKIDEN_PROGRAM)}`,
    `-DCMAKE_CXX_COMPILER=${process.env.EKIDEN_CXX}`, '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON',
    '-DCMAKE_CXX_FLAGS=-Wall -Werror']);
  for (const {file, command} of
    JSON.parse(fs.readFileSync(path.join(build, 'compile_commands.json'), 'utf8')))
    headers[path.basename(file, '.cpp')] = /ekiden_app_headers_\w+(?=\.dir)/.exec(command)?.[0];
});

test('apps with the same flags share them, others have their own', () => {
  assert.ok(headers.first);
  assert.equal(headers.second, headers.first);
  assert.notEqual(headers.defined, headers.first);
  assert.notEqual(headers.optimized, headers.first);
  assert.notEqual(headers.optimized, headers.defined);
});

test('an app that turns them off, or has its own, has none of these', () => {
  assert.equal(headers.turned_off, undefined);
  assert.equal(headers.with_its_own, undefined);
});

test('the compiler takes them', () => {
  // What does not fit the flags is a warning with g++, and so an error here, and one with clang.
  execFileSync('cmake', ['--build', build, '--target', 'second', 'optimized']);
});
