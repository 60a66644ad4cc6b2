// SPDX-License-Identifier: MIT
// The licences of all that the bundled files contain.
//
//   node notices.mjs --packages DIR            rewrites ../NOTICES.md
//
// Which modules a bundle contains is read from its source map, and from the dependencies that its
// package declares, for not every bundle has a map.
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {packageFolder} from '../packages.mjs';
import {bundledPackages} from './files.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
export const noticesFile = path.join(here, '..', 'NOTICES.md');

/// Declared by the packages, but tools of their build and not part of the result.
const buildTools =
  /^(node-polyfill-webpack-plugin|react-docgen|loose-envify|js-tokens|@types\/.*)$/;

/// Found in the map of a package that neither declares nor ships them.
const undeclared = {
  classnames: {license: 'MIT', homepage: 'https://github.com/JedWatson/classnames'},
  'css-loader': {license: 'MIT', homepage: 'https://github.com/webpack-contrib/css-loader'},
  'css.escape': {license: 'MIT', homepage: 'https://github.com/mathiasbynens/CSS.escape'},
  'react-select': {license: 'MIT', homepage: 'https://github.com/JedWatson/react-select'},
  remarkable: {license: 'MIT', homepage: 'https://github.com/jonschlinkert/remarkable'},
  sheetclip: {license: 'MIT', homepage: 'https://github.com/warpech/sheetclip'},
  'style-loader': {license: 'MIT', homepage: 'https://github.com/webpack-contrib/style-loader'},
  xlsx: {license: 'Apache-2.0', homepage: 'https://github.com/SheetJS/sheetjs'},
};

function readManifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/// As Node finds it: in the node_modules beside `folder`, then further out.
function resolvePackage(name, folder, root) {
  for (let at = folder; at.startsWith(root); at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', name);
    if (fs.existsSync(path.join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

function filesBelow(folder, suffix) {
  return fs.readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    if (entry.name === 'node_modules') return [];
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(file, suffix);
    return entry.name.endsWith(suffix) ? [file] : [];
  });
}

function modulesInMaps(folder) {
  const names = filesBelow(folder, '.js.map')
    .flatMap((file) => JSON.parse(fs.readFileSync(file, 'utf8')).sources)
    .map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(names)].filter(Boolean);
}

/// Adds the folders of `names`, and of all that they depend on, to `found`.
function addWithDependencies(names, folder, root, found) {
  for (const name of names) {
    if (buildTools.test(name)) continue;
    const at = resolvePackage(name, folder, root);
    if (!at) {
      if (!undeclared[name]) throw new Error(`notices.mjs: the licence of ${name} is not known`);
      found.set(name, {name, version: '', text: '', ...undeclared[name]});
      continue;
    }
    if (found.has(at)) continue;
    found.set(at, describe(at));
    addWithDependencies(Object.keys(readManifest(at).dependencies ?? {}), at, root, found);
  }
}

function describe(folder) {
  const {name, version, license, licenses, homepage} = readManifest(folder);
  const file = fs.readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
  const text = file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : '';
  const named = license ?? licenses?.[0];
  if (!named) throw new Error(`${folder}: package.json names no licence`);
  return {name, version, license: named.type ?? named, homepage, text};
}

const order = (entry) => `${entry.name}\0${entry.version}`;
const sorted = (entries) => [...entries].sort((a, b) => (order(a) < order(b) ? -1 : 1));

/// {direct, contained}: the bundled packages themselves, and those inside their files.
function collect(packages) {
  const root = path.resolve(packages);
  const direct = bundledPackages.map((name) => path.resolve(packageFolder(packages, name)));
  const found = new Map(direct.map((folder) => [folder, describe(folder)]));
  for (const folder of direct) {
    const declared = Object.keys(readManifest(folder).dependencies ?? {});
    addWithDependencies([...declared, ...modulesInMaps(folder)], folder, root, found);
  }
  const isDirect = new Set(direct);
  return {
    direct: sorted(direct.map((folder) => found.get(folder))),
    contained: sorted([...found].filter(([at]) => !isDirect.has(at)).map(([, entry]) => entry)),
  };
}

/// For people who pass the program on: every licence in full.
export function noticesText(packages) {
  const {direct, contained} = collect(packages);
  const entries = [...direct, ...contained].map(({name, version, license, homepage, text}) => {
    const title = `${name} ${version}`.trim();
    const body = text || `Licence: ${license}. ${homepage ?? ''}`.trim();
    return `${title}\n${'-'.repeat(title.length)}\n\n${body}\n`;
  });
  return `Ekiden contains the following software, unmodified.\n\n${entries.join('\n')}`;
}

const table = (entries) =>
  [
    '| package | version | licence |',
    '|---|---|---|',
    ...entries.map(({name, version, license}) => `| ${name} | ${version} | ${license} |`),
  ].join('\n');

export function noticesMarkdown(packages) {
  const {direct, contained} = collect(packages);
  return `# Front-end software that Ekiden contains

The program embeds the built files of these npm packages unmodified:

${table(direct)}

Those files in turn contain modules of the packages below. The list errs on the side of naming too
many; a version is the one that the lock file gives, and empty where the package does not say.

${table(contained)}

The build writes the full texts to \`frontend/bundle/NOTICES.txt\`. This file is written by
\`frontend/bundle/notices.mjs\`; a test compares the two.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const {values} = parseArgs({options: {packages: {type: 'string'}}});
  if (!values.packages) throw new Error('--packages is needed');
  fs.writeFileSync(noticesFile, noticesMarkdown(values.packages));
}
