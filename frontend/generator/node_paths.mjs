// SPDX-License-Identifier: MIT
// Where in a component's properties other components may stand. The browser must be told, or it
// hands a component on as plain data. Paths are written as the renderer reads them: `label`, `a.b`,
// `options[].label`, `cells{}.content`.

function pathsIn(type, path) {
  switch (type.name) {
    case 'node':
      return [path];
    case 'union':
      return type.members.flatMap((member) => pathsIn(member, path));
    case 'list':
      // A list of nodes is found by its own name: each item is looked at.
      return pathsIn(type.item, type.item.name === 'node' ? path : `${path}[]`);
    case 'map':
      return pathsIn(type.item, `${path}{}`);
    case 'shape':
      return Object.entries(type.fields).flatMap(([key, field]) =>
        pathsIn(field.type, `${path}.${key}`),
      );
    default:
      return [];
  }
}

/// The paths besides `children`, without duplicates and sorted.
export function nodePaths(properties) {
  const paths = Object.entries(properties)
    .filter(([name]) => name !== 'children')
    .flatMap(([name, {type}]) => pathsIn(type, name));
  return [...new Set(paths)].sort();
}
