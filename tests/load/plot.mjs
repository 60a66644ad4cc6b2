// SPDX-License-Identifier: MIT
// The results of several configurations as bar charts, in one SVG.
import {kColors, linear, logarithmic, svg} from './scales.mjs';

const kWidth = 420, kHeight = 240, kLeft = 56, kBottom = 34, kTop = 40;
const label = ({workers, threads}) => `${workers}×${threads}`;

/// A chart with a group of bars for each result; `bars` gives a result's values.
function chart({title, bars, names = [], scale = linear}, results, x, y) {
  const {part, lines} = scale(results.flatMap(bars));
  const group = (kWidth - kLeft - 10) / results.length;
  const plotHeight = kHeight - kTop - kBottom;
  const parts = [`<g transform="translate(${x},${y})">`,
    `<text x="${kLeft}" y="16" font-weight="bold">${title}</text>`];
  names.forEach((name, at) => parts.push(
    `<text x="${kLeft + at * 60}" y="32" fill="${kColors[at]}">${name}</text>`));
  for (const line of lines) {
    const height = kTop + plotHeight * (1 - part(line));
    parts.push(`<path d="M${kLeft} ${height.toFixed(1)}H${kWidth - 10}" stroke="#ddd"/>`,
      `<text x="${kLeft - 6}" y="${(height + 4).toFixed(1)}" text-anchor="end">` +
      `${Number(line.toPrecision(3))}</text>`);
  }
  results.forEach((result, number) => {
    const values = bars(result);
    const width = group * 0.8 / values.length;
    values.forEach((value, at) => {
      const height = plotHeight * part(value);
      parts.push(`<rect x="${(kLeft + number * group + group * 0.1 + at * width).toFixed(1)}" ` +
        `y="${(kTop + plotHeight - height).toFixed(1)}" width="${(width - 1).toFixed(1)}" ` +
        `height="${height.toFixed(1)}" fill="${kColors[at % kColors.length]}"/>`);
    });
    parts.push(`<text x="${kLeft + (number + 0.5) * group}" y="${kHeight - 14}" ` +
      `text-anchor="middle">${label(result)}</text>`);
  });
  return [...parts, '</g>'].join('\n');
}

const percents = shares => shares.map(share => 100 * share);
const latencies = {names: ['p50', 'p99'], scale: logarithmic};

const charts = [
  {title: 'Connections kept, closed loop: requests/s', bars: ({kept}) => [kept.closed.rate]},
  {title: 'A connection each, closed loop: requests/s', bars: ({anew}) => [anew.closed.rate]},
  {title: 'Kept, open loop at 70 %: latency, ms', ...latencies,
    bars: ({kept}) => [kept.open.p50_ms, kept.open.p99_ms]},
  {title: 'Each, open loop at 70 %: latency, ms', ...latencies,
    bars: ({anew}) => [anew.open.p50_ms, anew.open.p99_ms]},
  {title: 'Kept, open loop: share of each worker, %', bars: ({kept}) => percents(kept.open.shares)},
  {title: 'Each, open loop: share of each worker, %', bars: ({anew}) => percents(anew.open.shares)},
  {title: 'Computations of the values', bars: ({computations}) => [computations]},
  {title: 'PSS of each worker, MB', bars: ({pss}) => pss.map(bytes => bytes / 1048576)},
];

export function plot(results) {
  const columns = 2, rows = charts.length / columns;
  return svg(columns * kWidth, rows * kHeight, charts.map((one, at) =>
    chart(one, results, (at % columns) * kWidth, Math.floor(at / columns) * kHeight)));
}
