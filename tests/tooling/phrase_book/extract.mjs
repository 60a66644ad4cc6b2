// SPDX-License-Identifier: MIT
// Makes a test program of the C++ blocks of a document: extract.mjs DOCUMENT SHOWN_AS OUTPUT.
//
//   ```cpp                goes into a function that sets an app up; one test runs it
//   ```cpp declarations   goes before the functions, at namespace scope
//   ```cpp test           goes into the body of a test, where `set_up` is the block before it
//
// #line directives make the compiler and the tests name the lines of the document.
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The fenced C++ blocks: `{kind, line, code}`, line being that of the first line of code. */
export function blocksOf(text, shownAs) {
  const blocks = [];
  let open;
  text.split('\n').forEach((line, index) => {
    if (open && line === '```') {
      if (open.language === 'cpp') blocks.push(open);
      open = undefined;
    } else if (open) {
      open.code += line + '\n';
    } else if (line.startsWith('```')) {
      const [language, kind = 'set-up'] = line.slice(3).split(' ');
      if (language === 'cpp' && !['set-up', 'declarations', 'test'].includes(kind)) {
        throw new Error(`${shownAs}:${index + 1}: "${kind}" is no kind of block`);
      }
      open = { language, kind, line: index + 2, code: '' };
    }
  });
  if (open) throw new Error(`${shownAs}:${open.line - 1}: the block is not closed`);
  return blocks;
}

function piece({ kind, line, code }, setUp, shownAs) {
  const quoted = `#line ${line} "${shownAs}"\n${code}`;
  const name = `BlockOfLine${String(line).padStart(4, '0')}`;
  if (kind === 'declarations') return quoted;
  if (kind === 'test') {
    return `TEST(PhraseBook, PassesThe${name}) {\n` +
      `const auto set_up = in_a_page(${setUp});\n${quoted}}\n`;
  }
  return `static void set_up_of_line_${line}([[maybe_unused]] App& app) {\n${quoted}}\n` +
    `TEST(PhraseBook, SetsUpThe${name}) {\n` +
    `expect_set_up(set_up_of_line_${line}, "${shownAs}", ${line});\n}\n`;
}

export function programOf(text, shownAs) {
  const blocks = blocksOf(text, shownAs);
  if (!blocks.some(({ kind }) => kind === 'set-up')) {
    throw new Error(`${shownAs}: there is no C++ block`);
  }
  let setUp;
  const pieces = blocks.map((block) => {
    if (block.kind === 'set-up') setUp = `set_up_of_line_${block.line}`;
    if (block.kind === 'test' && !setUp) {
      throw new Error(`${shownAs}:${block.line}: no block before it sets up what it tests`);
    }
    return piece(block, setUp, shownAs);
  });
  return `#include "tests/tooling/phrase_book/phrase.hpp"\n${pieces.join('')}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [document, shownAs, output] = process.argv.slice(2);
  writeFileSync(output, programOf(readFileSync(document, 'utf8'), shownAs));
}
