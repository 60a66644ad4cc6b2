// SPDX-License-Identifier: MIT
// Compresses files as well as they can be, on all cores, once: results are kept by content hash.
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {isMainThread, parentPort, Worker} from 'node:worker_threads';
import zlib from 'node:zlib';

const brotliOptions = (size) => ({
  params: {
    [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT,
    [zlib.constants.BROTLI_PARAM_QUALITY]: zlib.constants.BROTLI_MAX_QUALITY,
    [zlib.constants.BROTLI_PARAM_LGWIN]: zlib.constants.BROTLI_MAX_WINDOW_BITS,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: size,
  },
});

/// A result in the cache is found by this name, so another level needs another name.
const suffixes = {gzip: 'level9.gz', brotli: 'quality11.br'};

const encoders = {
  gzip: (content) => zlib.gzipSync(content, {level: 9}),
  brotli: (content) => zlib.brotliCompressSync(content, brotliOptions(content.length)),
};

export function digestOf(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

const cachedFile = (folder, content, encoding) =>
  path.join(folder, `${digestOf(content)}.${suffixes[encoding]}`);

/// Written under another name first, so that a file in the cache is a whole one.
function store(file, encoded) {
  const unfinished = `${file}.${process.pid}`;
  fs.writeFileSync(unfinished, encoded);
  fs.renameSync(unfinished, file);
}

function runJobs(jobs) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url));
    const next = () => {
      const job = jobs.shift();
      if (job) worker.postMessage(job);
      else worker.terminate().then(resolve);
    };
    worker.on('message', ({file, encoded}) => {
      store(file, encoded);
      next();
    });
    worker.on('error', reject);
    next();
  });
}

/// The compressed forms of each of `contents`, in the same order.
export async function compressAll(contents, folder) {
  fs.mkdirSync(folder, {recursive: true});
  const jobs = contents
    .flatMap((content) =>
      Object.keys(encoders).map((encoding) => ({
        content,
        encoding,
        file: cachedFile(folder, content, encoding),
      })),
    )
    .filter(({file}) => !fs.existsSync(file))
    .sort((a, b) => b.content.length - a.content.length);
  const workers = Math.min(os.cpus().length, jobs.length);
  await Promise.all(Array.from({length: workers}, () => runJobs(jobs)));
  return contents.map((content) =>
    Object.fromEntries(
      Object.keys(encoders).map((encoding) => [
        encoding,
        fs.readFileSync(cachedFile(folder, content, encoding)),
      ]),
    ),
  );
}

if (!isMainThread) {
  parentPort.on('message', ({content, encoding, file}) => {
    parentPort.postMessage({file, encoded: encoders[encoding](Buffer.from(content))});
  });
}
