// SPDX-License-Identifier: MIT
// Reading from an installed node_modules that is not beside this script (see ../install.mjs).
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

export function packageFolder(packages, name) {
  return path.join(packages, 'node_modules', name);
}

export function packageManifest(packages, name) {
  const file = path.join(packageFolder(packages, name), 'package.json');
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

export async function importPackage(packages, name) {
  const {main} = packageManifest(packages, name);
  return import(pathToFileURL(path.join(packageFolder(packages, name), main)).href);
}

/// Writes `text` unless the file has that content already, so that nothing is rebuilt in vain.
export function writeIfChanged(file, text) {
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  fs.mkdirSync(path.dirname(file), {recursive: true});
  fs.writeFileSync(file, text);
}
