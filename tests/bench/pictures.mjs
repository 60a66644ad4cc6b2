// SPDX-License-Identifier: MIT
// node pictures.mjs FOLDER REPORT: draws what the benchmarks have handed in (FOLDER/*.json, see
// support/hand_in.mjs) into the folder REPORT, and prints the Markdown that shows it.
import fs from 'node:fs';
import path from 'node:path';

import {curveChart, ratioChart} from './support/pictures.mjs';

const [folder, report] = process.argv.slice(2);
const handedIn = fs.readdirSync(folder).filter(name => name.endsWith('.json')).sort()
  .map(name => ({name: path.basename(name, '.json'),
    ...JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))}));

function show(name, title, picture) {
  fs.writeFileSync(path.join(report, `${name}.svg`), picture);
  console.log(`![${title}](${name}.svg)\n`);
}

const kMany = 20;  // so many bars make a picture of their own
const isLong = ({ratios = []}) => ratios.length >= kMany;

function showRatios(name, some) {
  const ratios = some.flatMap(one => one.ratios ?? []);
  if (ratios.length) show(name, 'How many times as much the peers take', ratioChart(ratios));
}

console.log('## Pictures\n');
showRatios('ratios', handedIn.filter(one => !isLong(one)));
for (const one of handedIn.filter(isLong)) showRatios(`ratios-${one.name}`, [one]);
for (const {name, curves = []} of handedIn)
  curves.forEach((curve, at) => show(`${name}-${at + 1}`, curve.title, curveChart(curve)));
