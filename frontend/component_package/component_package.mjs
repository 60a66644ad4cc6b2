// SPDX-License-Identifier: MIT
// Makes of an npm package what an app links: typed builders of its components, and its bundles.
//
//   node component_package.mjs --packages DIR --package DIR --name NAME --namespace CPP
//        --cache DIR --out DIR [--bundle FILE]... [--file GLOB]...
//
// writes include/ekiden/NAME.hpp, builders.cpp, package.cpp, package.pack and components.json.
// NAME is the library's name in JavaScript and on the wire, CPP the namespace below ekiden.
import fs from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';

import {compressAll, digestOf} from '../bundle/compress.mjs';
import {bodiesText, headerText} from '../generator/cpp.mjs';
import {summaryOf} from '../generator/model.mjs';
import {readModels} from '../generator/read.mjs';
import {writeIfChanged} from '../packages.mjs';
import {servedFiles} from './bundles.mjs';
import {unpackPackage} from './package_sources.mjs';

const encodings = ['brotli', 'gzip', 'identity'];

/// What does not get smaller is served as it is.
async function compressed(files, cache) {
  const forms = await compressAll(files.map(({content}) => content), cache);
  return files.map((file, index) => {
    const smaller = (bytes) => (bytes.length < file.content.length ? bytes : Buffer.alloc(0));
    const {gzip, brotli} = forms[index];
    return {...file, identity: file.content, gzip: smaller(gzip), brotli: smaller(brotli)};
  });
}

/// Gives each file the places of its forms in the pack, which is returned.
function layOut(files) {
  const chunks = [];
  let size = 0;
  for (const encoding of encodings) {
    for (const file of files) {
      file.pieces = {...file.pieces, [encoding]: `piece(${size}, ${file[encoding].length})`};
      chunks.push(file[encoding]);
      size += file[encoding].length;
    }
  }
  return Buffer.concat(chunks);
}

function childrenProps(summary) {
  const holders = Object.entries(summary).filter(([, type]) => type.node_properties.length);
  const entries = holders.map(([name, type]) => [name, type.node_properties]);
  return JSON.stringify(Object.fromEntries(entries));
}

const quoted = JSON.stringify;

function fileEntry(file, version) {
  const {identity, gzip, brotli} = file.pieces;
  return (
    `    {${quoted(file.path)}, ${quoted(version)}, ${quoted(file.contentType)},\n` +
    `     "${digestOf(file.identity)}",\n     ${identity}, ${gzip}, ${brotli},\n` +
    `     ${quoted(file.publicUrl)}},\n`
  );
}

/// The bytes come in by the assembler inside the C++ file, so that the project that links the
/// package needs no language but C++.
function packageText(library, {files, scripts, pack, summary}) {
  const symbol = `ekiden_package_${library.header}`;
  return `// Generated from ${library.package} ${library.version}.
#include <ekiden/component_package.hpp>

#include <cstddef>

extern "C" __attribute__((visibility("hidden"))) const char ${symbol}[${pack.size}];

__asm__(
    ".pushsection .rodata.${symbol}, \\"a\\", %progbits\\n"
    ".global ${symbol}\\n"
    ".hidden ${symbol}\\n"
    ".type ${symbol}, %object\\n"
    ".balign 64\\n"
    "${symbol}:\\n"
    ".incbin " ${quoted(quoted(pack.file))} "\\n"
    ".size ${symbol}, . - ${symbol}\\n"
    ".popsection\\n");

namespace {

constexpr std::string_view piece(std::size_t offset, std::size_t size) {
  return {${symbol} + offset, size};
}

constexpr ekiden::detail::PackageFile kFiles[] = {
${files.map((file) => fileEntry(file, library.version)).join('')}};

constexpr std::string_view kScripts[] = {${scripts.map(quoted).join(', ')}};

constexpr ekiden::detail::ComponentPackage kPackage{
    "${library.namespace}", kFiles, kScripts,
    R"json(${childrenProps(summary)})json"};

const ekiden::detail::PackageOfModule kOfThisModule(kPackage);

}  // namespace
`;
}

async function generate({packages, package: folder, name, namespace, cache, out, bundle, file}) {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const {name: npm, version} = manifest;
  const library = {package: npm, version, namespace: name, header: name, cpp: namespace};
  const served = servedFiles(folder, name, {bundles: bundle, globs: file});
  const sources = path.resolve(out, 'sources');
  const components = unpackPackage(folder, path.join(folder, served.place), sources);
  const models = await readModels(packages, library, sources, components);
  writeIfChanged(path.join(out, 'include/ekiden', `${name}.hpp`),
    headerText(library, version, models));
  writeIfChanged(path.join(out, 'builders.cpp'), bodiesText(library, models));
  const summary = summaryOf(models);
  writeIfChanged(path.join(out, 'components.json'),
    `${JSON.stringify({[name]: summary}, null, 1)}\n`);

  const files = await compressed(served.files, cache);
  for (const entry of files) {
    entry.publicUrl = `https://unpkg.com/${npm}@${version}/${entry.from}`;
  }
  const bytes = layOut(files);
  const pack = {file: path.resolve(out, 'package.pack'), size: bytes.length};
  fs.writeFileSync(pack.file, bytes);
  const text = packageText(library, {files, scripts: served.scripts, pack, summary});
  writeIfChanged(path.join(out, 'package.cpp'), text);
}

const needed = ['packages', 'package', 'name', 'namespace', 'cache', 'out'];
const options = Object.fromEntries(needed.map((name) => [name, {type: 'string'}]));
for (const name of ['bundle', 'file']) options[name] = {type: 'string', multiple: true};
const {values} = parseArgs({options});
for (const name of needed) {
  if (!values[name]) throw new Error(`--${name} is needed`);
}
await generate(values);
