// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import zlib from 'node:zlib';

import {compressAll, digestOf} from './compress.mjs';
import {scripts, suiteFiles} from './files.mjs';
import {noticesFile, noticesMarkdown, noticesText} from './notices.mjs';

const packages = process.env.EKIDEN_PACKAGES;
const bundle = process.env.EKIDEN_BUNDLE;

test('NOTICES.md lists what is bundled (rewrite it with notices.mjs)', () => {
  assert.equal(fs.readFileSync(noticesFile, 'utf8'), noticesMarkdown(packages));
});

test('the notices hold the licence texts', () => {
  const text = noticesText(packages);
  for (const name of ['plotly.js-dist-min 3.7.0', 'react-dom 18.3.1', 'dash-renderer 3.4.1']) {
    assert.ok(text.includes(`\n${name}\n`), name);
  }
  assert.match(text, /Permission is hereby granted, free of charge/);
  assert.equal(fs.readFileSync(path.join(bundle, 'NOTICES.txt'), 'utf8'), text);
});

test('every script of the page is a file of the pack', () => {
  const paths = new Set(suiteFiles(packages).map((file) => file.path));
  for (const script of scripts) {
    for (const name of [script.path, script.development].filter(Boolean)) {
      assert.ok(paths.has(name), name);
    }
  }
});

/// [[offset, size] of identity, gzip and brotli] of each file, in the order of the pack.
function readPieces() {
  const source = fs.readFileSync(path.join(bundle, 'suite_pack.cpp'), 'utf8');
  const pieces = [...source.matchAll(/piece\((\d+), (\d+)\)/g)].map((match) => match.slice(1));
  return Array.from({length: pieces.length / 3}, (_, i) =>
    pieces.slice(3 * i, 3 * i + 3).map(([offset, size]) => [Number(offset), Number(size)]),
  );
}

test('the pack holds the files of npm, large ones only compressed, and both compressed forms decode to them', () => {
  const pack = fs.readFileSync(path.join(bundle, 'suite.pack'));
  const files = suiteFiles(packages);
  const pieces = readPieces();
  assert.equal(pieces.length, files.length);
  files.forEach((file, index) => {
    const [identity, gzip, brotli] = pieces[index].map(([offset, size]) =>
      pack.subarray(offset, offset + size),
    );
    if (file.development) assert.equal(identity.length, 0, file.path);
    else assert.ok(identity.equals(file.content), file.path);
    assert.ok(zlib.gunzipSync(gzip).equals(file.content), file.path);
    assert.ok(zlib.brotliDecompressSync(brotli).equals(file.content), file.path);
  });
});

test('compressed forms are made once', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-compress-'));
  try {
    const content = Buffer.from('a text that is worth compressing '.repeat(100));
    const [first] = await compressAll([content], folder);
    const kept = fs.readdirSync(folder);
    assert.equal(kept.length, 2);
    for (const name of kept) fs.writeFileSync(path.join(folder, name), `kept ${name}`);

    const [second] = await compressAll([content], folder);

    assert.ok(zlib.brotliDecompressSync(first.brotli).equals(content));
    assert.match(second.brotli.toString(), /^kept .*\.br$/);
    assert.match(second.gzip.toString(), /^kept .*\.gz$/);
  } finally {
    fs.rmSync(folder, {recursive: true});
  }
});

test('an entity tag is a digest of the content', () => {
  const digest = createHash('sha256').update('x').digest('hex');
  assert.equal(digestOf(Buffer.from('x')), digest.slice(0, 32));
});
