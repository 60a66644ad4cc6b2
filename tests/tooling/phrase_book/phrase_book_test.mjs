// SPDX-License-Identifier: MIT
// What makes the phrase book's tests trustworthy: wrong blocks are named by their line.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { programOf } from './extract.mjs';

const includes = process.env.EKIDEN_INCLUDES.split(':').flatMap((path) => ['-I', path]);

const document = (...code) => [
  '# Phrases', '```cpp declarations', '#include <ekiden/app.hpp>', 'using namespace ekiden;', '```',
  '```cpp', ...code, '```', ''].join('\n');

function compile(text) {
  const { status, stderr } = spawnSync(
    process.env.EKIDEN_CXX, ['-std=c++20', '-fsyntax-only', '-x', 'c++', ...includes, '-'],
    { input: programOf(text, 'phrases.md'), encoding: 'utf8' });
  return { compiles: status === 0, stderr };
}

test('a block that is right compiles', () => {
  const { compiles, stderr } = compile(document('app.title("Sales");'));
  assert.ok(compiles, stderr);
});

test('the compiler names the line of a block that is wrong', () => {
  const { compiles, stderr } = compile(document('app.title("Sales");', 'app.titel("Sales");'));
  assert.ok(!compiles);
  assert.match(stderr, /^phrases\.md:8:.*error/m);
});

test('a block of an unknown kind is refused with its line', () => {
  assert.throws(() => programOf('text\n```cpp tset\n```\n', 'phrases.md'), /phrases\.md:2: "tset"/);
});

test('a block that is not closed is refused with its line', () => {
  assert.throws(() => programOf('```cpp\nint i;\n', 'phrases.md'), /phrases\.md:1: .*not closed/);
});

test('a test without a set-up before it is refused', () => {
  const text = '```cpp test\nint i;\n```\n```cpp\n```\n';
  assert.throws(() => programOf(text, 'phrases.md'), /phrases\.md:2: no block before it/);
});

test('in the phrase book each row of a table has Python first, then what Ekiden has', () => {
  const book = readFileSync(process.env.EKIDEN_PHRASE_BOOK, 'utf8');
  const rows = book.split('<tr><td>\n').slice(1);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.match(row, /^\n```python\n[^`]+```\n\n<\/td><td>\n\n[^]*```(cpp|cmake|console)/, row);
  }
});
