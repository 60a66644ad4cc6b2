// SPDX-License-Identifier: MIT
// The components that a list of source files defines, whichever language they are in.
import {readPropTypesComponents} from './from_proptypes.mjs';
import {readTypeScriptComponents} from './from_typescript.mjs';
import {componentModel} from './model.mjs';

/// `sources` is the folder that holds src/, `files` are those below it that define a component each.
export async function readModels(packages, library, sources, files) {
  const typed = files.filter((file) => file.endsWith('.tsx'));
  const untyped = files.filter((file) => !file.endsWith('.tsx'));
  const components = [
    ...(await readTypeScriptComponents(packages, sources, typed)),
    ...(await readPropTypesComponents(packages, untyped)),
  ];
  components.sort((a, b) => (a.name < b.name ? -1 : 1));
  return components.map((component) => componentModel(library, component));
}
