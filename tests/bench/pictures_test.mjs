// SPDX-License-Identifier: MIT
// The report's pictures from handed-in figures.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';

import {curveChart, ratioChart} from './support/pictures.mjs';

const program = new URL('pictures.mjs', import.meta.url).pathname;
const curve = {title: 'CPU', x: 'connections', y: 'µs',
  series: [{name: 'echo', points: [[1, 10], [1000, 20]]}, {name: 'other', points: [[1, 5], [100, 5]]}]};

test('a bar starts at 1 and ends at its ratio, and says whether it met its goal', () => {
  const picture = ratioChart([
    {name: 'a < b', peer: 'nginx', ratio: 10, goal: 10}, {name: 'c', peer: 'Redis', ratio: 1000},
    {name: 'd', peer: 'Flask', ratio: 0.1, goal: 1}]);

  const bars = [...picture.matchAll(/<rect x="([\d.]+)".*width="([\d.]+)".*fill="(#\w+)"/g)]
    .map(([, x, width, fill]) => ({x: Number(x), width: Number(width), fill}));
  assert.equal(bars.length, 3);
  assert.deepEqual(bars.map(({width}) => width), [105, 315, 105]);
  assert.equal(bars[0].x, bars[1].x);
  assert.equal(bars[2].x + bars[2].width, bars[0].x);
  assert.equal(new Set(bars.map(({fill}) => fill)).size, 3);
  assert.match(picture, />a &lt; b: nginx</);
  assert.match(picture, />1,000 ×</);
  assert.match(picture, />1K</);
});

test('a long axis of a curve goes by powers of ten', () => {
  const picture = curveChart(curve);
  const lines = [...picture.matchAll(/<polyline points="([^"]*)"/g)].map(([, text]) =>
    text.split(' ').map(point => point.split(',').map(Number)));

  assert.equal(lines.length, 2);
  const [[first, last], [, middle]] = lines;
  assert.ok(Math.abs((middle[0] - first[0]) / (last[0] - first[0]) - 2 / 3) < 0.01);
  assert.ok(last[1] < first[1], 'more is further up');
  assert.match(picture, />CPU: µs</);
});

test('all that is handed in is drawn and shown', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ekiden-pictures-'));
  try {
    const report = path.join(folder, 'report');
    fs.mkdirSync(report);
    fs.writeFileSync(path.join(folder, 'a.json'),
      JSON.stringify({ratios: [{name: 'echo', peer: 'Flask', ratio: 48, goal: 30}]}));
    fs.writeFileSync(path.join(folder, 'long.json'), JSON.stringify({ratios: Array.from({length: 20},
      (_, at) => ({name: `row ${at}`, peer: 'Redis', ratio: 2}))}));
    fs.writeFileSync(path.join(folder, 'b.json'), JSON.stringify({ratios: [], curves: [curve]}));

    const text = execFileSync(process.execPath, [program, folder, report], {encoding: 'utf8'});

    assert.match(text, /!\[.*\]\(ratios\.svg\)/);
    assert.match(text, /!\[CPU\]\(b-1\.svg\)/);
    assert.deepEqual(fs.readdirSync(report).sort(),
      ['b-1.svg', 'ratios-long.svg', 'ratios.svg']);
  } finally {
    fs.rmSync(folder, {recursive: true, force: true});
  }
});
