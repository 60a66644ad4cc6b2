// SPDX-License-Identifier: MIT
// Which files of which npm package Dash serves, under which names, and the order of its scripts.
import fs from 'node:fs';
import path from 'node:path';

import {packageFolder, packageManifest} from '../packages.mjs';

/// The release of Dash whose server these files belong to; its own name for React and its kin.
export const dashVersion = '4.3.0';

const inDash = (npm, from, to) => ({npm, from, package: 'dash', path: to});

const dependencies = [
  inDash('@babel/polyfill', 'dist/polyfill.min.js', 'deps/polyfill@7.12.1.min.js'),
  inDash('react', 'umd/react.production.min.js', 'deps/react@18.3.1.min.js'),
  inDash('react-dom', 'umd/react-dom.production.min.js', 'deps/react-dom@18.3.1.min.js'),
  inDash('prop-types', 'prop-types.min.js', 'deps/prop-types@15.8.1.min.js'),
];

/// What the pages of a server under --debug load instead: they say what is wrong, and check
/// properties.
const development = [
  inDash('react', 'umd/react.development.js', 'deps/react@18.3.1.js'),
  inDash('react-dom', 'umd/react-dom.development.js', 'deps/react-dom@18.3.1.js'),
  inDash('prop-types', 'prop-types.js', 'deps/prop-types@15.8.1.js'),
  inDash(
    'dash-renderer',
    'build/dash_renderer.dev.js',
    'dash-renderer/build/dash_renderer.dev.js',
  ),
];

const others = [
  inDash(
    'dash-renderer',
    'build/dash_renderer.min.js',
    'dash-renderer/build/dash_renderer.min.js',
  ),
  inDash('dash-renderer', 'build/dash-ws-worker.js', 'dash-renderer/build/dash-ws-worker.js'),
  {
    npm: 'plotly.js-dist-min',
    from: 'plotly.min.js',
    package: 'plotly',
    path: 'package_data/plotly.min.js',
  },
];

/// Component libraries are taken whole: a bundle asks for its async chunks by name.
const libraries = [
  {npm: 'dash-core-components', from: 'dash_core_components', to: 'dcc'},
  {npm: 'dash-html-components', from: 'dash_html_components', to: 'html'},
  {npm: 'dash-table', from: 'dash_table', to: 'dash_table'},
];

/// The scripts of the index page, in order: those of `dependencies` come before the app's own.
/// `development` stands in a page instead of `path`, or is there only then.
export const scripts = [
  ['deps/polyfill@7.12.1.min.js'],
  ['deps/react@18.3.1.min.js', 'deps/react@18.3.1.js'],
  ['deps/react-dom@18.3.1.min.js', 'deps/react-dom@18.3.1.js'],
  ['deps/prop-types@15.8.1.min.js', 'deps/prop-types@15.8.1.js'],
  ['dash-renderer/build/dash_renderer.min.js', 'dash-renderer/build/dash_renderer.dev.js'],
  ['dcc/dash_core_components.js'],
  ['dcc/dash_core_components-shared.js'],
  ['', 'dcc/proptypes.js'],
  ['html/dash_html_components.min.js'],
  ['dash_table/bundle.js'],
].map(([file, dev = '']) => ({
  package: 'dash',
  path: file,
  development: dev,
  beforeAppScripts: file.startsWith('deps/'),
}));

export const bundledPackages = [
  ...new Set([...dependencies, ...development, ...others, ...libraries].map(({npm}) => npm)),
];

function libraryFiles(packages, library) {
  const names = fs.readdirSync(path.join(packageFolder(packages, library.npm), library.from));
  return names
    .filter((name) => name.endsWith('.js'))
    .map((name) => inDash(library.npm, `${library.from}/${name}`, `${library.to}/${name}`));
}

function checkVersion(file, version) {
  const named = /@([\d.]+?)(?:\.min)?\.js$/.exec(file.path)?.[1];
  if (named && named !== version) {
    throw new Error(`${file.path}: the installed ${file.npm} is ${version}; correct files.mjs`);
  }
}

/// Where a page finds the file if the server is not to serve it.
function publicUrl(file, version) {
  if (file.npm === 'plotly.js-dist-min') return `https://cdn.plot.ly/plotly-${version}.min.js`;
  return `https://unpkg.com/${file.npm}@${version}/${file.from}`;
}

const key = (file) => `${file.package}\0${file.path}`;

/// {package, path, version, url, development, content} of every file, sorted by package and path.
export function suiteFiles(packages) {
  const listed = [
    ...dependencies,
    ...development,
    ...others,
    ...libraries.flatMap((library) => libraryFiles(packages, library)),
  ];
  listed.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return listed.map((file) => {
    const {version} = packageManifest(packages, file.npm);
    checkVersion(file, version);
    return {
      package: file.package,
      path: file.path,
      version: file.path.startsWith('deps/') ? dashVersion : version,
      url: publicUrl(file, version),
      development: development.includes(file),
      content: fs.readFileSync(path.join(packageFolder(packages, file.npm), file.from)),
    };
  });
}
