// SPDX-License-Identifier: MIT
// The C++ text of one library: a header of declarations, and bodies spread over several files.
import {componentComment, propertyComment} from './docs.mjs';

const parameter = (property) => `${property.cpp} ${property.method}`;

function overloadDeclaration(model, overload) {
  return `${model.builder} ${model.name}(${overload.map(parameter).join(', ')})`;
}

function setterDeclaration(model, property) {
  return `  ${model.builder}& ${property.method}(${property.cpp} value);\n`;
}

function componentDeclaration(model) {
  const setters = model.properties.map(
    (property) => propertyComment(property) + setterDeclaration(model, property),
  );
  const functions = model.overloads.map(
    (overload) => `${componentComment(model)}${overloadDeclaration(model, overload)};\n`,
  );
  return (
    `/// Made by ${model.name}().\n` +
    `class ${model.builder} : public BuilderOf<${model.builder}> {\n public:\n` +
    `  ${model.builder}();\n${setters.join('')}};\n${functions.join('')}`
  );
}

export function headerText(library, version, models) {
  return `// Generated from ${library.package} ${version}, whose documentation the comments are.
#pragma once

#include <ekiden/component.hpp>
#include <ekiden/properties.hpp>

namespace ekiden::${library.cpp} {

${models.map(componentDeclaration).join('\n')}
}  // namespace ekiden::${library.cpp}
`;
}

function nameList(constant, names) {
  if (!names.length) return '';
  const items = names.map((name) => `    "${name}",\n`).join('');
  return `constexpr const char* ${constant}[] = {\n${items}};\n`;
}

function typeDefinition(library, model) {
  const name = model.name;
  const nodes = model.nodeProperties.length ? `k${name}Nodes` : '{}';
  return (
    nameList(`k${name}Properties`, model.properties.map((property) => property.name)) +
    nameList(`k${name}Nodes`, model.nodeProperties) +
    `constexpr detail::ComponentType k${name}{"${library.namespace}", "${name}", ` +
    `k${name}Properties, ${model.wildcards}, ${nodes}};\n`
  );
}

function setterDefinition(model, property) {
  return (
    `${model.builder}& ${model.builder}::${property.method}(${property.cpp} value) {\n` +
    `  set("${property.name}", std::move(value));\n  return *this;\n}\n`
  );
}

function overloadDefinition(model, overload) {
  const calls = overload.map(({method}) => `  builder.${method}(std::move(${method}));\n`).join('');
  return (
    `${overloadDeclaration(model, overload)} {\n` +
    `  ${model.builder} builder;\n${calls}  return builder;\n}\n`
  );
}

function componentDefinition(library, model) {
  return (
    `namespace {\n${typeDefinition(library, model)}}  // namespace\n\n` +
    `${model.builder}::${model.builder}() : BuilderOf(k${model.name}) {}\n` +
    model.properties.map((property) => setterDefinition(model, property)).join('') +
    model.overloads.map((overload) => overloadDefinition(model, overload)).join('')
  );
}

export function bodiesText(library, models) {
  return `#include <ekiden/${library.header}.hpp>

#include <utility>

namespace ekiden::${library.cpp} {

${models.map((model) => componentDefinition(library, model)).join('\n')}
}  // namespace ekiden::${library.cpp}
`;
}

/// Cuts `models` into `count` runs of about equal weight, the weight being properties.
export function spread(models, count) {
  const total = models.reduce((sum, model) => sum + model.properties.length, 0);
  const parts = Array.from({length: count}, () => []);
  let seen = 0;
  for (const model of models) {
    parts[Math.min(count - 1, Math.floor((seen * count) / total))].push(model);
    seen += model.properties.length;
  }
  return parts;
}
