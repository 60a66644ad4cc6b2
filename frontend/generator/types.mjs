// SPDX-License-Identifier: MIT
// The type of a property, as both readers give it:
//
//   {name: 'string' | 'number' | 'bool' | 'object' | 'any' | 'node' | 'func'}
//   {name: 'enum', values}          fixed values, usually strings
//   {name: 'list', item}
//   {name: 'map', item}             an object with any keys
//   {name: 'shape', fields}         fields: {key: {type, required, description}}
//   {name: 'union', members}
//
// each with `nullable: true` if null is allowed besides. This file says which C++ type takes it.

/// Props that the renderer injects or that only JavaScript can supply.
export function isForTheBrowserOnly(name, type) {
  if (/^(setProps|componentPath|loading_state|dashRenderType|_.*)$/.test(name)) return true;
  return type.name === 'func';
}

export function isWildcard(name) {
  return name === 'data-*' || name === 'aria-*';
}

const componentsWithOptions = new Set(['Dropdown', 'RadioItems', 'Checklist']);

const isStrings = (type) =>
  type.name === 'enum' && type.values.every((value) => typeof value === 'string');

function isStyle(name, type) {
  const isObject = ['object', 'map', 'shape', 'any'].includes(type.name);
  return isObject && /(^|_)style($|_)|Style$/.test(name);
}

const quoted = (text) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

function cppTypeOfUnion(members) {
  if (members.some((type) => type.name === 'node')) return 'Children';
  return members.every((type) => type.name === 'string' || isStrings(type)) ? 'Text' : 'Json';
}

/// The parameter type of the property's setter; see <ekiden/properties.hpp>.
export function cppType(component, name, type) {
  if (name === 'id') return 'Id';
  if (name === 'children' || type.name === 'node') return 'Children';
  if (name === 'options' && componentsWithOptions.has(component)) return 'Options';
  if (isStyle(name, type)) return 'Style';
  // `.date(nullptr)` and `.date(std::optional<...>)` need a type that has null.
  if (type.nullable) return 'Json';
  switch (type.name) {
    case 'string':
      return 'Text';
    case 'number':
      return 'Number';
    case 'bool':
      return 'Flag';
    case 'enum':
      return isStrings(type) ? `OneOf<${type.values.map(quoted).join(', ')}>` : 'Json';
    case 'union':
      return cppTypeOfUnion(type.members);
    default:
      return 'Json';
  }
}

function shapeText(fields, depth) {
  if (depth > 2) return 'object';
  const entries = Object.entries(fields).map(
    ([key, field]) => `${key}${field.required ? '' : '?'}: ${typeText(field.type, depth + 1)}`,
  );
  return `{${entries.join(', ')}}`;
}

function bareTypeText(type, depth) {
  switch (type.name) {
    case 'bool':
      return 'true or false';
    case 'node':
      return 'component';
    case 'enum':
      return type.values.map((value) => JSON.stringify(value)).join(' | ');
    case 'list':
      return type.item.name === 'any' ? 'list' : `list of (${typeText(type.item, depth)})`;
    case 'map':
      return type.item.name === 'any' ? 'object' : `object of (${typeText(type.item, depth)})`;
    case 'shape':
      return shapeText(type.fields, depth);
    case 'union':
      return type.members.map((member) => typeText(member, depth)).join(' | ');
    default:
      return type.name;
  }
}

/// The type in words, for a comment: `list of ({label: string, value: string | number})`.
export function typeText(type, depth = 0) {
  return bareTypeText(type, depth) + (type.nullable ? ' | null' : '');
}

/// The described fields of a shape, at any depth, as [path, field] pairs.
export function describedFields(type, prefix = '') {
  switch (type.name) {
    case 'list':
      return describedFields(type.item, prefix ? `${prefix}[]` : '');
    case 'map':
      return describedFields(type.item, prefix ? `${prefix}{}` : '');
    case 'union':
      return type.members.flatMap((member) => describedFields(member, prefix));
    case 'shape':
      return Object.entries(type.fields).flatMap(([key, field]) => {
        const path = prefix ? `${prefix}.${key}` : key;
        const self = field.description ? [[path, field]] : [];
        return [...self, ...describedFields(field.type, path)];
      });
    default:
      return [];
  }
}
