// SPDX-License-Identifier: MIT
// Installs what package-lock.json names into a folder of its own, shared by all build folders:
//
//   node install.mjs --packages DIR
//
// DIR carries the hash of the lock file in its name, so a folder that exists is complete and right.
// Nothing of the packages is run, and no browser is downloaded.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));

function install(packages) {
  const unfinished = `${packages}.unfinished`;
  fs.rmSync(unfinished, {recursive: true, force: true});
  fs.mkdirSync(unfinished, {recursive: true});
  for (const file of ['package.json', 'package-lock.json']) {
    fs.copyFileSync(path.join(here, file), path.join(unfinished, file));
  }
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const {status, error} = spawnSync('npm', args, {cwd: unfinished, stdio: 'inherit'});
  if (status !== 0) {
    const reason = error ? `: ${error.message}` : '';
    throw new Error(`npm ci failed${reason}; is the registry reachable?`);
  }
  fs.rmSync(packages, {recursive: true, force: true});
  fs.renameSync(unfinished, packages);
}

const {values} = parseArgs({options: {packages: {type: 'string'}}});
if (!values.packages) throw new Error('--packages is needed');
if (!fs.existsSync(path.join(values.packages, 'node_modules'))) install(values.packages);
