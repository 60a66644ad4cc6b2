// SPDX-License-Identifier: MIT
// node run.mjs BUILD: loads the caching-and-signaling app in several configurations, and writes
// BUILD/../load/report.md and plot.svg. Takes some minutes; a failed request or a value that was
// computed twice ends it with code 1.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {measure} from './measure.mjs';
import {plot} from './plot.mjs';
import {report} from './report.mjs';

const build = path.resolve(process.argv[2]);
const folder = path.join(path.dirname(build), 'load');
const tools = {ekiden: path.join(build, 'ekiden'), openLoop: path.join(build, 'tests/open_loop'),
  app: path.join(build, 'apps/caching_signaling.so'), wrk: 'wrk'};
const load = {values: ['apples', 'oranges', 'figs', 'pineapples'], connections: 16, seconds: 5};
const configurations = [[1, 1], [1, 2], [2, 1], [2, 2], [4, 1], [4, 2]];

const processors = os.cpus();
const machine = `${new Date().toISOString().slice(0, 10)}, ${processors.length} cores, ` +
  `${processors[0].model}, load average at the start ${os.loadavg()[0].toFixed(1)}`;
const results = [];
for (const [workers, threads] of configurations) {
  console.error(`${workers} workers × ${threads} threads …`);
  results.push(await measure(tools, {workers, threads, ...load}));
}
fs.mkdirSync(folder, {recursive: true});
fs.writeFileSync(path.join(folder, 'plot.svg'), plot(results));
const text = report(results, {machine, ...load, plot: 'plot.svg'});
fs.writeFileSync(path.join(folder, 'report.md'), text);
console.log(text);
const failures = results.flatMap(({kept, anew}) => [kept, anew])
  .reduce((sum, {closed, open}) => sum + closed.failed + open.failed, 0);
const computedOnce = results.every(({computations, values}) => computations === values);
process.exitCode = failures === 0 && computedOnce ? 0 : 1;
