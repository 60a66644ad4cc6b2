// SPDX-License-Identifier: MIT
// The report's pictures, of what the benchmarks hand in.
import {escape, kColors, linear, logarithmic, svg} from '../../load/scales.mjs';

const kRow = 20, kTop = 44, kLabels = 460, kBars = 420, kMargin = 80;
const [kNoGoal, , kMet, kMissed] = kColors;

const times = ratio => `${ratio < 10 ? ratio.toPrecision(2)
  : Math.round(ratio).toLocaleString('en')} ×`;
const short = power => power.toLocaleString('en', {notation: 'compact'});

/// A bar for each ratio, by powers of ten; a line across it where its goal is.
export function ratioChart(ratios) {
  const {part, lines} = logarithmic(ratios.flatMap(({ratio, goal}) => [ratio, goal ?? 1]));
  const place = value => (kLabels + kBars * part(value)).toFixed(1);
  const height = kTop + ratios.length * kRow + 10;
  const parts = [
    '<text x="10" y="18" font-weight="bold">How many times as much the peer takes</text>',
    ...[['no goal', kNoGoal], ['goal met', kMet], ['goal missed', kMissed]].map(
      ([name, color], at) => `<text x="${10 + at * 80}" y="36" fill="${color}">${name}</text>`)];
  for (const line of lines)
    parts.push(`<path d="M${place(line)} ${kTop}V${height - 10}" stroke="#ddd"/>`,
      `<text x="${place(line)}" y="${kTop - 6}" text-anchor="middle">${short(line)}</text>`);
  ratios.forEach(({name, peer, ratio, goal}, at) => {
    const y = kTop + at * kRow;
    const [left, right] = [1, ratio].map(value => Number(place(value))).sort((a, b) => a - b);
    const color = goal === undefined ? kNoGoal : ratio >= goal ? kMet : kMissed;
    parts.push(`<text x="${kLabels - 8}" y="${y + 14}" text-anchor="end">` +
        `${escape(`${name}: ${peer}`)}</text>`,
      `<rect x="${left}" y="${y + 3}" width="${(right - left).toFixed(1)}" height="${kRow - 6}" ` +
        `fill="${color}"/>`,
      `<text x="${right + 4}" y="${y + 14}">${times(ratio)}</text>`);
    if (goal !== undefined) parts.push(`<path d="M${place(goal)} ${y + 1}V${y + kRow - 1}" ` +
      'stroke="black" stroke-width="2"/>');
  });
  return svg(kLabels + kBars + kMargin, height, parts);
}

const kWidth = 520, kHeight = 300, kLeft = 60, kRight = 20, kBottom = 44, kHead = 48;
const kWideRange = 20;

function axes({title, x, y}, across, up, [placeX, placeY]) {
  const bottom = kHeight - kBottom;
  return [`<text x="${kLeft}" y="18" font-weight="bold">${escape(`${title}: ${y}`)}</text>`,
    `<text x="${(kLeft + kWidth) / 2}" y="${kHeight - 8}" text-anchor="middle">${escape(x)}</text>`,
    ...up.lines.map(line => `<path d="M${kLeft} ${placeY(line)}H${kWidth - kRight}" stroke="#ddd"/>` +
      `<text x="${kLeft - 6}" y="${Number(placeY(line)) + 4}" text-anchor="end">` +
      `${Number(line.toPrecision(3))}</text>`),
    ...across.map(value => `<text x="${placeX(value)}" y="${bottom + 16}" text-anchor="middle">` +
      `${value}</text>`)];
}

/// Lines through the points of each series, under the title and the upward axis' name. The axis
/// across goes by powers of ten if it is long.
export function curveChart(curve) {
  const points = curve.series.flatMap(one => one.points);
  const across = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const isWide = across[0] > 0 && across.at(-1) / across[0] > kWideRange;
  const [horizontal, vertical] = [(isWide ? logarithmic : linear)(across),
    linear(points.map(([, y]) => y))];
  const placeX = x => (kLeft + (kWidth - kLeft - kRight) * horizontal.part(x)).toFixed(1);
  const placeY = y => (kHead + (kHeight - kHead - kBottom) * (1 - vertical.part(y))).toFixed(1);
  const parts = axes(curve, across, vertical, [placeX, placeY]);
  curve.series.forEach(({name, points: own}, at) => {
    const color = kColors[at % kColors.length];
    parts.push(`<text x="${kLeft + 10 + at * 130}" y="${kHead - 10}" fill="${color}">` +
        `${escape(name)}</text>`,
      `<polyline points="${own.map(([x, y]) => `${placeX(x)},${placeY(y)}`).join(' ')}" ` +
        `fill="none" stroke="${color}" stroke-width="2"/>`,
      ...own.map(([x, y]) => `<circle cx="${placeX(x)}" cy="${placeY(y)}" r="3" fill="${color}"/>`));
  });
  return svg(kWidth, kHeight, parts);
}
