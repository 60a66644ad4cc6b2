// SPDX-License-Identifier: MIT
// From what the readers found to what is generated: one description per component.
import {nodePaths} from './node_paths.mjs';
import {cppType, isForTheBrowserOnly, isWildcard} from './types.mjs';

/// Known facts of the bundled libraries that their sources do not state in a form the readers can
/// see.
const corrections = {
  'Dropdown.closeOnSelect': {defaultText: '!multi'},
  'Geolocation.timeout': {defaultText: 'Infinity'},
};

/// Besides `children`, the props the browser must be told hold components. Labels of options are
/// not among them: those are drawn by the component itself.
const nodeProperties = {
  Clipboard: ['copied_children'],
  Loading: ['custom_spinner'],
  Tab: ['label'],
};

/// Arguments that the function of a component takes; each list is an overload. A component that
/// has children and is not listed takes none, or its children.
const positional = {
  Dropdown: [[], ['options'], ['options', 'value']],
  RadioItems: [[], ['options'], ['options', 'value']],
  Checklist: [[], ['options'], ['options', 'value']],
  Slider: [[], ['min', 'max'], ['min', 'max', 'step']],
  RangeSlider: [[], ['min', 'max'], ['min', 'max', 'step']],
  Tab: [[], ['label'], ['label', 'value']],
  Store: [['id']],
  Location: [['id']],
};

const keywords = new Set(
  `alignas alignof and asm auto bool break case catch char class concept const consteval constexpr
   constinit continue decltype default delete do double else enum explicit export extern false float
   for friend goto if inline int long mutable namespace new noexcept not nullptr operator or private
   protected public register requires return short signed sizeof static struct switch template this
   throw true try typedef typeid typename union unsigned using virtual void volatile while xor
   prop set`.split(/\s+/),
);

/// A C++ keyword, or a name the builder has already, gets a trailing underscore.
export function methodName(property) {
  const name = property.replace(/-/g, '_');
  return keywords.has(name) ? `${name}_` : name;
}

function propertyModel(library, component, name, property) {
  const known = library.bundled ? corrections[`${component}.${name}`] : undefined;
  return {
    name,
    method: methodName(name),
    cpp: cppType(component, name, property.type),
    ...property,
    ...known,
  };
}

function overloadsOf(library, component, properties) {
  const has = (name) => properties.some((property) => property.name === name);
  if (library.bundled && positional[component]) return positional[component];
  // dcc::Link(children, href), html::Div(children).
  const required = properties.filter((property) => property.required).map(({name}) => name);
  if (required.length) return [[...(has('children') ? ['children'] : []), ...required]];
  return has('children') ? [[], ['children']] : [[]];
}

function nodePropertiesOf(library, component) {
  if (!library.bundled) return nodePaths(component.properties);
  return (library.header === 'dcc' && nodeProperties[component.name]) || [];
}

const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export function componentModel(library, component) {
  const all = Object.entries(component.properties);
  const properties = all
    .filter(([name, {type}]) => !isWildcard(name) && !isForTheBrowserOnly(name, type))
    .map(([name, property]) => propertyModel(library, component.name, name, property))
    .sort(byName);
  return {
    name: component.name,
    builder: `${component.name}Builder`,
    description: component.description,
    properties,
    wildcards: all.some(([name]) => isWildcard(name)),
    nodeProperties: nodePropertiesOf(library, component),
    overloads: overloadsOf(library, component.name, properties).map((names) =>
      names.map((name) => properties.find((property) => property.name === name)),
    ),
  };
}

/// What tests and the bundle read of the components.
export function summaryOf(models) {
  return Object.fromEntries(
    models.map((model) => [
      model.name,
      {
        documented: model.description !== '',
        wildcards: model.wildcards,
        node_properties: model.nodeProperties,
        positional: model.overloads.map((overload) => overload.map(({name}) => name)),
        properties: Object.fromEntries(
          model.properties.map((property) => [
            property.name,
            {
              method: property.method,
              type: property.cpp,
              required: property.required,
              documented: property.description !== '',
              ...(property.defaultText !== undefined && {default: property.defaultText}),
            },
          ]),
        ),
      },
    ]),
  );
}
