// SPDX-License-Identifier: MIT
// What all pictures in SVG share: colours, axes and the document around them.
export const kColors = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2',
  '#7f7f7f'];

/// The smallest of 1, 2, 5, 10, 20, … that is not below `value`.
function ceiling(value) {
  const magnitude = 10 ** Math.floor(Math.log10(value || 1));
  return [1, 2, 5, 10].map(step => step * magnitude).find(step => step >= value);
}

/// Where a value is, as a part of the axis, and where the lines across it are.
export function linear(values) {
  const top = ceiling(Math.max(...values));
  return {part: value => value / top, lines: [0, top / 2, top]};
}

/// The same by powers of ten, from the one below the smallest value.
export function logarithmic(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {part: value => (Math.log10(value) - low) / (high - low),
    lines: Array.from({length: high - low + 1}, (_, at) => 10 ** (low + at))};
}

export const escape = text =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function svg(width, height, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ` +
    `width="${width}" height="${height}" font-family="sans-serif" font-size="12">\n` +
    `<rect width="${width}" height="${height}" fill="white"/>\n${parts.join('\n')}\n</svg>\n`;
}
