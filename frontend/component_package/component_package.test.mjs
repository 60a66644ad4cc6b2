// SPDX-License-Identifier: MIT
// What is made of two packages that are not bundled, and what is refused.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import zlib from 'node:zlib';

import {nodePaths} from '../generator/node_paths.mjs';
import {servedFiles} from './bundles.mjs';
import {checkIntegrity, unpack} from './download.mjs';
import {exportedNames, unpackPackage} from './package_sources.mjs';

const generated = process.env.EKIDEN_GENERATED;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-package-'));
after(() => fs.rmSync(scratch, {recursive: true}));

const read = (...names) => fs.readFileSync(path.join(generated, ...names), 'utf8');
const componentsOf = (name) => JSON.parse(read(name, 'components.json'))[name];
const bootstrap = componentsOf('dash_bootstrap_components');
const {Cytoscape} = componentsOf('dash_cytoscape');

/// A folder with these files, {path: text}.
function folderOf(name, files) {
  const folder = path.join(scratch, name);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), {recursive: true});
    fs.writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

test('every component of a package with a src folder is found, with its documentation', () => {
  const properties = Object.values(bootstrap).flatMap((type) => Object.values(type.properties));
  assert.equal(Object.keys(bootstrap).length, 66);
  assert.equal(properties.length, 920);
  assert.deepEqual(properties.filter(({documented}) => !documented), []);
});

test('the components of a package that has a development bundle only are found', () => {
  assert.equal(Cytoscape.properties.elements.type, 'Json');
  assert.equal(Cytoscape.properties.zoomingEnabled.type, 'Flag');
  assert.equal(Cytoscape.properties.tapNodeData.documented, true);
  assert.deepEqual(Object.keys(componentsOf('dash_cytoscape')), ['Cytoscape']);
});

test('properties have the types of the sources', () => {
  assert.equal(bootstrap.Button.properties.n_clicks.type, 'Number');
  assert.equal(bootstrap.Button.properties.outline.type, 'Flag');
  assert.equal(bootstrap.Col.properties.width.type, 'Json');
  assert.equal(bootstrap.Toast.properties.header.type, 'Children');
  assert.deepEqual(bootstrap.Card.positional, [[], ['children']]);
});

test('properties that hold components are announced, those inside options too', () => {
  assert.deepEqual(bootstrap.Toast.node_properties, ['header']);
  assert.deepEqual(bootstrap.RadioItems.node_properties, ['options[].label']);
  assert.deepEqual(bootstrap.Card.node_properties, []);
});

test('the header is in the namespace that the caller chose', () => {
  const header = read('dash_bootstrap_components/include/ekiden/dash_bootstrap_components.hpp');
  assert.match(header, /\nnamespace ekiden::dbc {\n/);
  assert.match(header, /Generated from dash-bootstrap-components 1\.6\.0/);
});

test('the pack holds the bundle of npm, and both compressed forms decode to it', () => {
  const source = read('dash_cytoscape/package.cpp');
  const pack = fs.readFileSync(path.join(generated, 'dash_cytoscape/package.pack'));
  const places = [...source.matchAll(/piece\((\d+), (\d+)\)/g)].map((match) =>
    [Number(match[1]), Number(match[2])]);
  const [identity, gzip, brotli] = places.map(([at, size]) => pack.subarray(at, at + size));
  assert.equal(places.length, 3, 'one file: neither the development bundle nor the extra layouts');
  assert.ok(identity.includes('dash_cytoscape'));
  assert.ok(zlib.gunzipSync(gzip).equals(identity));
  assert.ok(zlib.brotliDecompressSync(brotli).equals(identity));
  assert.ok(source.includes(createHash('sha256').update(identity).digest('hex').slice(0, 32)));
});

test('paths to components are written as the renderer reads them', () => {
  const node = {name: 'node'};
  const text = {name: 'string'};
  const shape = (fields) => ({name: 'shape',
    fields: Object.fromEntries(Object.entries(fields).map(([key, type]) => [key, {type}]))});
  const list = (item) => ({name: 'list', item});
  const properties = {
    children: node,
    title: node,
    icons: list(node),
    rows: list(shape({cell: node, note: text})),
    header: shape({left: {name: 'union', members: [text, node]}}),
    slots: {name: 'map', item: node},
    value: text,
  };
  const typed = Object.entries(properties).map(([name, type]) => [name, {type}]);
  assert.deepEqual(nodePaths(Object.fromEntries(typed)),
    ['header.left', 'icons', 'rows[].cell', 'slots{}', 'title']);
});

test('an archive with other bytes than meant is refused, and the message has both hashes', () => {
  const folder = folderOf('packed', {'package/package.json': '{"name": "x"}'});
  const archive = path.join(scratch, 'x-1.0.0.tgz');
  execFileSync('tar', ['-czf', archive, '-C', folder, 'package']);
  const digest = createHash('sha512').update(fs.readFileSync(archive)).digest('base64');

  checkIntegrity(archive, `sha512-${digest}`, 'x@1.0.0');
  assert.throws(() => checkIntegrity(archive, 'sha512-AAAA', 'x@1.0.0'), (error) =>
    error.message.includes(`sha512-${digest}`) && error.message.includes('is sha512-AAAA'));
  assert.throws(() => checkIntegrity(archive, 'newest', 'x@1.0.0'), /npm view x@1\.0\.0 dist/);

  unpack(archive, path.join(scratch, 'unpacked'));
  assert.ok(fs.existsSync(path.join(scratch, 'unpacked/package.json')));
});

test('only what the index exports is a component', () => {
  assert.deepEqual([...exportedNames(`
    export {default as Card} from './components/Card';
    import Tab from './components/Tab.react';
    export {Tab, Row as Line};
    export const version = 1;`)].sort(), ['Card', 'Line', 'Tab', 'version']);

  const component = "import PropTypes from 'prop-types';";
  const folder = folderOf('sources', {
    'src/index.js': "export {default as Card} from './components/card/Card';",
    'src/components/card/Card.js': component,
    'src/components/card/Helper.js': component,
    'src/components/card/__tests__/Card.js': component,
    'dist/x.min.js': '',
  });
  const target = path.join(scratch, 'target');
  assert.deepEqual(unpackPackage(folder, path.join(folder, 'dist'), target),
    [path.join(target, 'src/components/card/Card.js')]);
});

test('a package without sources is refused, and the message says where they were looked for', () => {
  const folder = folderOf('sourceless', {'dist/x.min.js': ''});
  assert.throws(() => unpackPackage(folder, path.join(folder, 'dist'), path.join(scratch, 'none')),
    /no component sources found, neither in src\/, nor in source maps or development bundles/);
});

test('the bundle, its chunks and the files named are served, and nothing else', () => {
  const folder = folderOf('bundles', {
    'x/x.min.js': 'x()', 'x/x.dev.js': 'x()', 'x/async-chart.js': '', 'x/theme.css': '',
    'x/secret.json': '',
  });
  const served = servedFiles(folder, 'x', {globs: ['*.css']});
  assert.deepEqual(served.scripts, ['x.min.js']);
  assert.deepEqual(served.files.map(({path: name, contentType}) => [name, contentType]), [
    ['async-chart.js', 'application/javascript; charset=utf-8'],
    ['theme.css', 'text/css; charset=utf-8'],
    ['x.min.js', 'application/javascript; charset=utf-8'],
  ]);
  assert.throws(() => servedFiles(folder, 'y', {}), /no bundle y\.min\.js or y\.js in .*BUNDLES/);
  assert.throws(() => servedFiles(folder, 'x', {bundles: ['x/none.js']}), /no file x\/none\.js/);
});
