// SPDX-License-Identifier: MIT
// Upstream's descriptions as `///` comments.
import {describedFields, typeText} from './types.mjs';

const kColumns = 96;

function wrapped(line, columns) {
  const indent = /^\s*/.exec(line)[0];
  const hanging = indent + (line.startsWith('- ') ? '  ' : '');
  const lines = [];
  let current = indent;
  for (const word of line.trim().split(/\s+/)) {
    if (current.trim() && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = hanging;
    }
    current += (current.trim() ? ' ' : '') + word;
  }
  return [...lines, current];
}

/// A backslash at the end of a comment would draw the next line into it.
const harmless = (line) => line.trimEnd().replace(/[\\\s]+$/, '');

export function comment(lines, indent = '') {
  return lines
    .flatMap((line) => wrapped(harmless(line), kColumns - indent.length))
    .map((line) => `${indent}///${line.trim() ? ' ' : ''}${line}`.trimEnd())
    .join('\n');
}

const textLines = (text) => text.split(/\r?\n/).map((line) => line.trimEnd());

function fieldLines([path, field]) {
  const [first, ...rest] = textLines(field.description);
  const continued = rest.filter((line) => line.trim()).map((line) => `  ${line.trim()}`);
  return [`- \`${path}\`: ${first}`, ...continued];
}

/// Types that their name alone does not explain.
const needsTypeText = (property) =>
  property.cpp === 'Json' && !['any', 'object'].includes(property.type.name);

export function propertyComment(property) {
  const lines = property.description ? textLines(property.description) : [];
  lines.push(...describedFields(property.type).flatMap(fieldLines));
  if (needsTypeText(property)) lines.push(`Type: ${typeText(property.type)}.`);
  if (property.defaultText !== undefined) {
    lines.push(...textLines(`Default: ${property.defaultText}.`));
  }
  if (property.required) lines.push('Required.');
  return lines.length ? `${comment(lines, '  ')}\n` : '';
}

export function componentComment(model) {
  const lines = model.description ? textLines(model.description) : [`The ${model.name} component.`];
  return `${comment(lines)}\n`;
}
