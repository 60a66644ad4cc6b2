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

/// The scripts of the index page, in order. Those of `dependencies` come before the app's own.
export const scripts = [
  ...dependencies.map(({path: name}) => ({path: name, beforeAppScripts: true})),
  ...[
    'dash-renderer/build/dash_renderer.min.js',
    'dcc/dash_core_components.js',
    'dcc/dash_core_components-shared.js',
    'html/dash_html_components.min.js',
    'dash_table/bundle.js',
  ].map((name) => ({path: name, beforeAppScripts: false})),
].map((script) => ({package: 'dash', ...script}));

export const bundledPackages = [
  ...new Set([...dependencies, ...others, ...libraries].map(({npm}) => npm)),
];

function libraryFiles(packages, library) {
  const names = fs.readdirSync(path.join(packageFolder(packages, library.npm), library.from));
  return names
    .filter((name) => name.endsWith('.js'))
    .map((name) => inDash(library.npm, `${library.from}/${name}`, `${library.to}/${name}`));
}

function checkVersion(file, version) {
  const named = /@([\d.]+)\.min\.js$/.exec(file.path)?.[1];
  if (named && named !== version) {
    throw new Error(`${file.path}: the installed ${file.npm} is ${version}; correct files.mjs`);
  }
}

const key = (file) => `${file.package}\0${file.path}`;

/// {package, path, version, content} of every file, sorted by package and path.
export function suiteFiles(packages) {
  const listed = [
    ...dependencies,
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
      version: dependencies.includes(file) ? dashVersion : version,
      content: fs.readFileSync(path.join(packageFolder(packages, file.npm), file.from)),
    };
  });
}
