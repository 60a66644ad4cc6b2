// SPDX-License-Identifier: MIT
// The results of several configurations as bar charts, in one SVG.
const kWidth = 420, kHeight = 240, kLeft = 56, kBottom = 34, kTop = 40;
const kColors = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2',
  '#7f7f7f'];

const label = ({workers, threads}) => `${workers}×${threads}`;

/// The smallest of 1, 2, 5, 10, 20, … that is not below `value`.
function ceiling(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 5, 10].map(step => step * magnitude).find(step => step >= value);
}

/// A chart with a group of bars for each result; `bars` gives a result's values.
function chart({title, bars, names = []}, results, x, y) {
  const top = ceiling(Math.max(...results.flatMap(bars)));
  const group = (kWidth - kLeft - 10) / results.length;
  const plotHeight = kHeight - kTop - kBottom;
  const parts = [`<g transform="translate(${x},${y})">`,
    `<text x="${kLeft}" y="16" font-weight="bold">${title}</text>`];
  names.forEach((name, at) => parts.push(
    `<text x="${kLeft + at * 60}" y="32" fill="${kColors[at]}">${name}</text>`));
  for (const part of [0, 0.5, 1]) {
    const height = kTop + plotHeight * (1 - part);
    parts.push(`<path d="M${kLeft} ${height}H${kWidth - 10}" stroke="#ddd"/>`,
      `<text x="${kLeft - 6}" y="${height + 4}" text-anchor="end">${top * part}</text>`);
  }
  results.forEach((result, number) => {
    const values = bars(result);
    const width = group * 0.8 / values.length;
    values.forEach((value, at) => {
      const height = plotHeight * value / top;
      parts.push(`<rect x="${(kLeft + number * group + group * 0.1 + at * width).toFixed(1)}" ` +
        `y="${(kTop + plotHeight - height).toFixed(1)}" width="${(width - 1).toFixed(1)}" ` +
        `height="${height.toFixed(1)}" fill="${kColors[at % kColors.length]}"/>`);
    });
    parts.push(`<text x="${kLeft + (number + 0.5) * group}" y="${kHeight - 14}" ` +
      `text-anchor="middle">${label(result)}</text>`);
  });
  return [...parts, '</g>'].join('\n');
}

const charts = [
  {title: 'Closed loop: requests/s', bars: ({closed}) => [closed.rate]},
  {title: 'Closed loop: latency, ms', names: ['p50', 'p99'],
    bars: ({closed}) => [closed.p50_ms, closed.p99_ms]},
  {title: 'Open loop at 70 %: latency, ms', names: ['p50', 'p99'],
    bars: ({open}) => [open.p50_ms, open.p99_ms]},
  {title: 'Open loop: share of each worker, %', bars: ({open}) => open.shares.map(one => 100 * one)},
  {title: 'Computations of the values', bars: ({computations}) => [computations]},
  {title: 'PSS of each worker, MB', bars: ({pss}) => pss.map(bytes => bytes / 1048576)},
];

export function plot(results) {
  const columns = 2, rows = charts.length / columns;
  const [width, height] = [columns * kWidth, rows * kHeight];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" font-family="sans-serif" font-size="12">\n` +
    `<rect width="${width}" height="${height}" fill="white"/>\n` +
    charts.map((one, at) => chart(one, results, (at % columns) * kWidth,
      Math.floor(at / columns) * kHeight)).join('\n') + '\n</svg>\n';
}
