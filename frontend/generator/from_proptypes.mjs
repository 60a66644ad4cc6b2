// SPDX-License-Identifier: MIT
// Components in JavaScript: react-docgen reads their PropTypes, defaults and comments.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

import {importPackage} from '../packages.mjs';
import {componentName} from './sources.mjs';

const unquoted = (name) => name.replace(/^(['"])(.*)\1$/, '$2');
const description = (text) => (text ?? '').trim();

/// The value of a literal such as `'local'` or `[1, 2]`; undefined for any other expression.
function literalValue(text) {
  try {
    return JSON.parse(JSON.stringify(vm.runInNewContext(`(${text})`, {}, {timeout: 100})));
  } catch {
    return undefined;
  }
}

function fieldsOf(shape) {
  const fields = Object.entries(shape).map(([name, field]) => [
    unquoted(name),
    {
      type: typeOf(field),
      required: !!field.required,
      description: description(field.description),
    },
  ]);
  return Object.fromEntries(fields);
}

/// react-docgen's type as the tree described in types.mjs.
function typeOf(type) {
  switch (type?.name) {
    case 'string':
    case 'number':
    case 'bool':
    case 'object':
    case 'func':
      return {name: type.name};
    case 'array':
      return {name: 'list', item: {name: 'any'}};
    case 'node':
    case 'element':
      return {name: 'node'};
    case 'enum':
      if (!Array.isArray(type.value)) return {name: 'any'};
      return {name: 'enum', values: type.value.map((entry) => literalValue(entry.value))};
    case 'union':
      return {name: 'union', members: type.value.map(typeOf)};
    case 'arrayOf':
      return {name: 'list', item: typeOf(type.value)};
    case 'objectOf':
      return {name: 'map', item: typeOf(type.value)};
    case 'shape':
    case 'exact':
      if (typeof type.value !== 'object') return {name: 'object'};
      return {name: 'shape', fields: fieldsOf(type.value)};
    default:
      return {name: 'any'};
  }
}

function propertyOf(property) {
  const text = property.defaultValue?.value;
  const hasDefault = text !== undefined && text !== 'undefined';
  const value = hasDefault && !property.defaultValue.computed ? literalValue(text) : undefined;
  return {
    type: typeOf(property.type),
    required: !!property.required,
    description: description(property.description),
    ...(hasDefault && {defaultText: value === undefined ? text : JSON.stringify(value)}),
  };
}

export async function readPropTypesComponents(packages, files) {
  const {parse, builtinResolvers} = await importPackage(packages, 'react-docgen');
  return files.map((file) => {
    const definitions = parse(fs.readFileSync(file, 'utf8'), {
      filename: path.resolve(file),
      babelOptions: {babelrc: false, configFile: false},
      resolver: new builtinResolvers.FindExportedDefinitionsResolver({limit: 0}),
    }).filter((definition) => definition.props);
    if (definitions.length !== 1) {
      throw new Error(`${file}: ${definitions.length} components found, one expected`);
    }
    const [definition] = definitions;
    const properties = Object.entries(definition.props).map(([name, property]) => [
      unquoted(name),
      propertyOf(property),
    ]);
    return {
      name: componentName(file),
      description: description(definition.description),
      properties: Object.fromEntries(properties),
    };
  });
}
