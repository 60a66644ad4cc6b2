// SPDX-License-Identifier: MIT
// Writes typed C++ builders for every component of the bundled libraries:
//
//   node generate.mjs --packages DIR --out DIR
//
// DIR/include/ekiden/{html,dcc,dash_table}.hpp, DIR/components/*.cpp and DIR/components.json.
import path from 'node:path';
import {parseArgs} from 'node:util';

import {packageManifest, writeIfChanged} from '../packages.mjs';
import {bodiesText, headerText, spread} from './cpp.mjs';
import {summaryOf} from './model.mjs';
import {readModels} from './read.mjs';
import {libraries, unpackSources} from './sources.mjs';

/// How many files the bodies of a library are spread over; CMakeLists.txt lists their names.
const bodyFiles = {html: 2, dcc: 1, dash_table: 1};

async function readLibrary(packages, library, sources) {
  const files = unpackSources(packages, library, sources);
  return readModels(packages, library, sources, files);
}

function writeLibrary(out, library, version, models) {
  const header = path.join(out, 'include/ekiden', `${library.header}.hpp`);
  writeIfChanged(header, headerText(library, version, models));
  spread(models, bodyFiles[library.header]).forEach((part, index) => {
    const file = path.join(out, 'components', `${library.header}_${index + 1}.cpp`);
    writeIfChanged(file, bodiesText(library, part));
  });
}

async function main() {
  const {values} = parseArgs({options: {packages: {type: 'string'}, out: {type: 'string'}}});
  if (!values.packages || !values.out) throw new Error('--packages and --out are needed');
  const summary = {};
  for (const library of libraries) {
    const sources = path.resolve(values.out, 'sources', library.header);
    const models = await readLibrary(values.packages, library, sources);
    const {version} = packageManifest(values.packages, library.package);
    writeLibrary(values.out, library, version, models);
    summary[library.namespace] = summaryOf(models);
  }
  const text = `${JSON.stringify(summary, null, 1)}\n`;
  writeIfChanged(path.join(values.out, 'components.json'), text);
}

await main();
