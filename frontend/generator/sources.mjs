// SPDX-License-Identifier: MIT
// The npm packages of the component libraries hold bundles; their source maps hold the sources.
import fs from 'node:fs';
import path from 'node:path';

import {packageFolder} from '../packages.mjs';

/// One entry per bundled component library. `components` selects the files that define a component,
/// `header` names the C++ header, and `cpp` the C++ namespace.
export const libraries = [
  {
    package: 'dash-html-components',
    folder: 'dash_html_components',
    namespace: 'dash_html_components',
    header: 'html',
    cpp: 'html',
    bundled: true,
    components: /^src\/components\/\w+\.react\.js$/,
  },
  {
    package: 'dash-core-components',
    folder: 'dash_core_components',
    namespace: 'dash_core_components',
    header: 'dcc',
    cpp: 'dcc',
    bundled: true,
    components: /^src\/components\/\w+(\.react\.js|\.tsx)$/,
  },
  {
    package: 'dash-table',
    folder: 'dash_table',
    namespace: 'dash_table',
    header: 'dash_table',
    cpp: 'dash_table',
    bundled: true,
    components: /^src\/dash-table\/dash\/DataTable\.js$/,
  },
];

/// "webpack://name/./src/a.tsx?1f3c" -> "src/a.tsx", and nothing for a module of another package.
function ownSourcePath(source) {
  if (source.includes('node_modules') || source.includes('/../')) return undefined;
  return /\/\.\/(src\/[^?]+\.(?:jsx?|tsx?))(?:\?\w+)?$/.exec(source)?.[1];
}

/// Writes the own sources that `map` holds below `folder`; returns their paths, relative to it.
export function unpackMap(map, folder) {
  const unpacked = [];
  map.sources.forEach((source, index) => {
    const relative = ownSourcePath(source);
    const text = map.sourcesContent?.[index];
    if (!relative || !text) return;
    const target = path.join(folder, relative);
    fs.mkdirSync(path.dirname(target), {recursive: true});
    fs.writeFileSync(target, text);
    unpacked.push(relative);
  });
  return unpacked;
}

/// Writes the library's sources below `folder`; returns the paths of its components, sorted.
export function unpackSources(packages, library, folder) {
  const bundles = path.join(packageFolder(packages, library.package), library.folder);
  fs.rmSync(folder, {recursive: true, force: true});
  const components = new Set();
  for (const file of fs.readdirSync(bundles).filter((name) => name.endsWith('.map'))) {
    const map = JSON.parse(fs.readFileSync(path.join(bundles, file), 'utf8'));
    for (const relative of unpackMap(map, folder)) {
      if (library.components.test(relative)) components.add(path.join(folder, relative));
    }
  }
  return [...components].sort();
}

/// Dash names a component after its file, whatever its displayName says.
export function componentName(file) {
  return path.basename(file).split('.')[0];
}
