// SPDX-License-Identifier: MIT
// Packs the browser side of Dash, unmodified, into what the program embeds:
//
//   node bundle.mjs --packages DIR --cache DIR --components FILE --out DIR
//
// writes suite.pack (all bytes, one after the other), suite_pack.cpp (where each file lies in it)
// and NOTICES.txt.
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

import {writeIfChanged} from '../packages.mjs';
import {compressAll, digestOf} from './compress.mjs';
import {scripts, suiteFiles} from './files.mjs';
import {noticesText} from './notices.mjs';

const contentType = 'application/javascript; charset=utf-8';

/// Lays the pieces one after the other. Those of one encoding lie together, so that the ones nobody
/// asks for are never read from disk. Of development files, which are large, only the compressed
/// forms are kept; the server expands them for a client that takes neither.
function layOut(files) {
  const chunks = [];
  let size = 0;
  for (const encoding of ['brotli', 'gzip', 'identity']) {
    for (const file of files) {
      const kept = encoding !== 'identity' || !file.development;
      const bytes = kept ? file[encoding] : Buffer.alloc(0);
      file.pieces = {...file.pieces, [encoding]: `piece(${size}, ${bytes.length})`};
      chunks.push(bytes);
      size += bytes.length;
    }
  }
  return Buffer.concat(chunks);
}

/// {"namespace": {"Type": ["prop", ...]}}: the props besides children that hold components.
function childrenProps(components) {
  const namespaces = Object.entries(components).map(([namespace, types]) => {
    const holders = Object.entries(types).filter(([, type]) => type.node_properties.length);
    const listed = holders.map(([name, type]) => [name, type.node_properties]);
    return [namespace, Object.fromEntries(listed)];
  });
  return JSON.stringify(Object.fromEntries(namespaces));
}

function fileEntry(file) {
  const {identity, gzip, brotli} = file.pieces;
  return (
    `    {"${file.package}", "${file.path}", "${file.version}", "${contentType}",\n` +
    `     "${digestOf(file.identity)}",\n     ${identity}, ${gzip}, ${brotli},\n` +
    `     "${file.url}"},\n`
  );
}

const scriptEntry = (script) =>
  `    {"${script.package}", "${script.path}", ${script.beforeAppScripts}, ` +
  `"${script.development}"},\n`;

function sourceText(files, packSize, components) {
  return `#include "worker/dispatch/suite_pack.hpp"

#include <cstddef>

/// The bytes of suite.pack; suite_pack.S puts them here.
extern "C" const char ekiden_suite_pack[${packSize}];

namespace ekiden::worker {

namespace {

constexpr std::string_view piece(std::size_t offset, std::size_t size) {
  return {ekiden_suite_pack + offset, size};
}

constexpr SuiteFile kFiles[] = {
${files.map(fileEntry).join('')}};

constexpr SuiteScript kScripts[] = {
${scripts.map(scriptEntry).join('')}};

}  // namespace

std::span<const SuiteFile> suite_files() { return kFiles; }

std::span<const SuiteScript> suite_scripts() { return kScripts; }

std::string_view suite_children_props() { return R"json(${childrenProps(components)})json"; }

}  // namespace ekiden::worker
`;
}

async function bundle({packages, cache, components, out}) {
  const files = suiteFiles(packages).map(({content, ...file}) => ({...file, identity: content}));
  const compressed = await compressAll(files.map(({identity}) => identity), cache);
  files.forEach((file, index) => Object.assign(file, compressed[index]));
  const pack = layOut(files);
  fs.mkdirSync(out, {recursive: true});
  fs.writeFileSync(path.join(out, 'suite.pack'), pack);
  const summary = JSON.parse(fs.readFileSync(components, 'utf8'));
  writeIfChanged(path.join(out, 'suite_pack.cpp'), sourceText(files, pack.length, summary));
  writeIfChanged(path.join(out, 'NOTICES.txt'), noticesText(packages));
}

const names = ['packages', 'cache', 'components', 'out'];
const options = Object.fromEntries(names.map((name) => [name, {type: 'string'}]));
const {values} = parseArgs({options});
for (const name of names) {
  if (!values[name]) throw new Error(`--${name} is needed`);
}
await bundle(values);
