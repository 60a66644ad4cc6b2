// SPDX-License-Identifier: MIT
// What a benchmark hands in for the report's pictures.
import fs from 'node:fs';
import path from 'node:path';

/// Keeps in <build>/../bench/NAME.json:
/// * `ratios`: [{name, peer, ratio, goal}], how many times as much the peer took as Ekiden, and how
///   many times it should be, if there is a goal;
/// * `curves`: [{title, x, y, series: [{name, points: [[x, y], …]}]}], with the axes' names.
export function handIn(name, {ratios = [], curves = []}) {
  const folder = path.join(path.dirname(path.resolve(process.argv[2])), 'bench');
  fs.mkdirSync(folder, {recursive: true});
  fs.writeFileSync(path.join(folder, `${name}.json`), JSON.stringify({ratios, curves}, null, 2));
}
