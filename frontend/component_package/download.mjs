// SPDX-License-Identifier: MIT
// Brings one npm package to a folder, at an exact version and only if its bytes are the ones meant:
//
//   node download.mjs --npm NAME --version X.Y.Z --integrity sha512-... --out DIR
//
// A DIR that exists is complete and right. Dependencies are not installed and nothing is run: what
// browsers load of a component package is a bundle that contains all it needs.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

/// Throws unless the file is the one that `integrity` was computed of, as npm writes it.
export function checkIntegrity(file, integrity, subject) {
  const algorithm = /^(sha(?:256|384|512))-/.exec(integrity)?.[1];
  if (!algorithm) {
    throw new Error(`${subject}: INTEGRITY "${integrity}" is not of the form sha512-...; ` +
      `\`npm view ${subject} dist.integrity\` prints what the registry has`);
  }
  const found = createHash(algorithm).update(fs.readFileSync(file)).digest('base64');
  if (`${algorithm}-${found}` !== integrity) {
    throw new Error(`${subject}: the registry sent a file with the integrity ` +
      `${algorithm}-${found}, but INTEGRITY is ${integrity}`);
  }
}

/// The folder of the archive's only top-level folder, usually package/, becomes `folder`.
export function unpack(archive, folder) {
  fs.mkdirSync(folder, {recursive: true});
  const args = ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner'];
  execFileSync('tar', args, {stdio: ['ignore', 'inherit', 'inherit']});
}

function archiveFromRegistry(subject, folder) {
  const args = ['pack', subject, '--pack-destination', folder, '--ignore-scripts', '--silent'];
  try {
    execFileSync('npm', args, {cwd: folder, stdio: ['ignore', 'ignore', 'inherit']});
  } catch (error) {
    throw new Error(`npm pack ${subject} failed: ${error.message}; is the registry reachable, and ` +
      'does it have that version?');
  }
  return path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith('.tgz')));
}

function download({npm, version, integrity, out}) {
  const unfinished = `${out}.unfinished`;
  const arriving = `${out}.archive`;
  for (const folder of [unfinished, arriving]) {
    fs.rmSync(folder, {recursive: true, force: true});
    fs.mkdirSync(folder, {recursive: true});
  }
  const subject = `${npm}@${version}`;
  const archive = archiveFromRegistry(subject, arriving);
  checkIntegrity(archive, integrity, subject);
  unpack(archive, unfinished);
  fs.renameSync(unfinished, out);
  fs.rmSync(arriving, {recursive: true});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = ['npm', 'version', 'integrity', 'out'];
  const options = Object.fromEntries(names.map((name) => [name, {type: 'string'}]));
  const {values} = parseArgs({options});
  for (const name of names) {
    if (!values[name]) throw new Error(`--${name} is needed`);
  }
  if (!fs.existsSync(values.out)) download(values);
}
