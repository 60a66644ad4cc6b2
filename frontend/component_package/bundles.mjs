// SPDX-License-Identifier: MIT
// Which files of a component package browsers may load.
import fs from 'node:fs';
import path from 'node:path';

const kFolders = ['.', 'dist', 'build', 'lib'];

function guessedBundle(folder, name) {
  const candidates = [name, ...kFolders]
    .flatMap((place) => [`${name}.min.js`, `${name}.js`].map((file) => path.join(place, file)))
    .filter((file) => fs.existsSync(path.join(folder, file)));
  if (candidates.length) return candidates[0];
  throw new Error(`${folder}: no bundle ${name}.min.js or ${name}.js in ` +
    `${[name, ...kFolders].join(', ')}; name the files of the page with BUNDLES`);
}

function matcher(glob) {
  const parts = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`);
}

function filesBeside(folder, place, globs) {
  const patterns = ['async-*.js', ...globs].map(matcher);
  return fs.readdirSync(path.join(folder, place))
    .filter((file) => patterns.some((pattern) => pattern.test(file)))
    .map((file) => path.join(place, file));
}

const contentTypes = {
  '.js': 'application/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

function contentTypeOf(file) {
  return contentTypes[path.extname(file)] ?? 'application/octet-stream';
}

/// {scripts, files}: the paths that the page loads, in order, and {path, from, contentType, content}
/// of all that may be asked for. A bundle asks for its chunks in its own folder, so the folder of
/// the first bundle is what lies below the package's URL.
export function servedFiles(folder, name, {bundles = [], globs = []}) {
  const scripts = bundles.length ? bundles : [guessedBundle(folder, name)];
  for (const file of scripts) {
    if (!fs.existsSync(path.join(folder, file))) {
      throw new Error(`${folder}: the package has no file ${file}; correct BUNDLES`);
    }
  }
  const place = path.dirname(scripts[0]);
  const outside = scripts.find((file) => path.dirname(file) !== place);
  if (outside) throw new Error(`BUNDLES: ${outside} is in another folder than ${scripts[0]}`);
  const listed = [...new Set([...scripts, ...filesBeside(folder, place, globs)])];
  const files = listed.map((from) => ({
    path: path.basename(from),
    from,
    contentType: contentTypeOf(from),
    content: fs.readFileSync(path.join(folder, from)),
  }));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {place, scripts: scripts.map((file) => path.basename(file)), files};
}
