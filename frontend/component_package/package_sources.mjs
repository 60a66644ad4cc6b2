// SPDX-License-Identifier: MIT
// Where a component package has the sources of its components: in src/, in the source maps beside
// its bundle, or in the inline source maps of a development bundle.
import fs from 'node:fs';
import path from 'node:path';

import {componentName, unpackMap} from '../generator/sources.mjs';

const kComponent = /^src\/(?:lib\/)?components\/(?:.*\/)?[A-Z]\w*(?:\.react)?\.(?:jsx?|tsx)$/;
const kIndex = /^src\/(?:lib\/)?index\.(?:jsx?|tsx?)$/;
const kNoComponent = /(?:^|\/)(?:__tests__|tests?|private|fragments)\//;
const kInlineMap = /sourceMappingURL=data:application\/json;[\w=;-]*base64,([\w+/]+=*)/g;

function filesBelow(folder, prefix = '') {
  return fs.readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const name = prefix + entry.name;
    if (!entry.isDirectory()) return [name];
    if (entry.name === 'node_modules') return [];
    return filesBelow(path.join(folder, entry.name), `${name}/`);
  });
}

function copySources(folder, target) {
  const src = path.join(folder, 'src');
  if (!fs.existsSync(src)) return [];
  const files = filesBelow(src, 'src/');
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(target, file)), {recursive: true});
    fs.copyFileSync(path.join(folder, file), path.join(target, file));
  }
  return files;
}

function unpackMaps(bundles, target) {
  return fs.readdirSync(bundles)
    .filter((name) => name.endsWith('.js.map'))
    .flatMap((name) => {
      const map = JSON.parse(fs.readFileSync(path.join(bundles, name), 'utf8'));
      return unpackMap(map, target);
    });
}

/// A dependency's own code may hold such a comment too, cut off anywhere: that is none of ours.
function decodedMap(encoded) {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch {
    return {sources: []};
  }
}

/// webpack's "eval-source-map" puts a map of its own behind each module.
function unpackInlineMaps(bundles, target) {
  return fs.readdirSync(bundles)
    .filter((name) => name.endsWith('.dev.js'))
    .flatMap((name) => {
      const text = fs.readFileSync(path.join(bundles, name), 'utf8');
      return [...text.matchAll(kInlineMap)].flatMap(([, encoded]) =>
        unpackMap(decodedMap(encoded), target),
      );
    });
}

/// The names that an index file exports, in any of the usual spellings.
export function exportedNames(text) {
  const lists = [...text.matchAll(/export\s*{([^}]*)}/g)].flatMap(([, list]) => list.split(','));
  const named = lists.map((entry) => entry.trim().split(/\s+as\s+/).pop());
  const declared = [...text.matchAll(/export\s+(?:const|class|function)\s+(\w+)/g)];
  return new Set([...named, ...declared.map(([, name]) => name)].filter(Boolean));
}

function componentsAmong(files, target) {
  const candidates = files.filter((file) => kComponent.test(file) && !kNoComponent.test(file));
  const index = files.find((file) => kIndex.test(file));
  if (!index) return candidates;
  const exported = exportedNames(fs.readFileSync(path.join(target, index), 'utf8'));
  return candidates.filter((file) => exported.has(componentName(file)));
}

/// Writes the package's sources below `target` and returns the paths of those that define a
/// component, sorted. `bundles` is the folder of its bundle.
export function unpackPackage(folder, bundles, target) {
  fs.rmSync(target, {recursive: true, force: true});
  fs.mkdirSync(target, {recursive: true});
  for (const from of [
    () => copySources(folder, target),
    () => unpackMaps(bundles, target),
    () => unpackInlineMaps(bundles, target),
  ]) {
    const components = componentsAmong([...new Set(from())], target);
    if (components.length) return components.sort().map((file) => path.join(target, file));
  }
  throw new Error(`${folder}: no component sources found, neither in src/, nor in source maps or ` +
    `development bundles in ${bundles}; without them there is nothing to generate from`);
}
