// SPDX-License-Identifier: MIT
// What the generator finds in the packages, against facts of Dash's public documentation.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';

const generated = process.env.EKIDEN_GENERATED;
const components = JSON.parse(fs.readFileSync(path.join(generated, 'components.json'), 'utf8'));
const html = components.dash_html_components;
const dcc = components.dash_core_components;
const {DataTable} = components.dash_table;

const typeOf = (component, property) => component.properties[property]?.type;
const allProperties = Object.values(components)
  .flatMap((namespace) => Object.entries(namespace))
  .flatMap(([component, {properties}]) =>
    Object.entries(properties).map(([name, property]) => ({component, name, ...property})),
  );

test('every component of the three libraries is found', () => {
  assert.equal(Object.keys(html).length, 125);
  assert.equal(Object.keys(dcc).length, 26);
  assert.deepEqual(Object.keys(components.dash_table), ['DataTable']);
  for (const name of ['Div', 'H1', 'Button', 'MapEl', 'ObjectEl', 'Var', 'Template']) {
    assert.ok(html[name], name);
  }
  for (const name of ['Graph', 'Dropdown', 'Store', 'Interval', 'Upload', 'Tab', 'Link']) {
    assert.ok(dcc[name], name);
  }
});

test('components have as many properties as Dash lists for them', () => {
  const counts = {Checklist: 13, DatePickerRange: 33, Dropdown: 20, Graph: 18, Input: 34, Store: 5};
  for (const [name, count] of Object.entries(counts)) {
    assert.equal(Object.keys(dcc[name].properties).length, count, name);
  }
  assert.equal(Object.keys(html.Div.properties).length, 18);
  assert.equal(Object.keys(html.Textarea.properties).length, 32);
  assert.equal(Object.keys(DataTable.properties).length, 76);
});

test('property types are those of upstream', () => {
  assert.equal(typeOf(dcc.Dropdown, 'clearable'), 'Flag');
  assert.equal(typeOf(dcc.Dropdown, 'options'), 'Options');
  assert.equal(typeOf(dcc.Input, 'n_submit'), 'Number');
  assert.equal(typeOf(dcc.Location, 'pathname'), 'Text');
  assert.equal(typeOf(dcc.Graph, 'figure'), 'Json');
  assert.equal(typeOf(html.Td, 'colSpan'), 'Json');
  assert.equal(typeOf(DataTable, 'style_cell'), 'Style');
  assert.equal(typeOf(DataTable, 'page_action'), 'OneOf<"custom", "native", "none">');
  assert.equal(typeOf(dcc.Slider, 'updatemode'), 'OneOf<"mouseup", "drag">');
  assert.equal(
    typeOf(dcc.Loading, 'type'),
    'OneOf<"graph", "cube", "circle", "dot", "default">',
  );
});

test('every id, style and children has the same type in all components', () => {
  const expected = {id: 'Id', style: 'Style', children: 'Children', className: 'Text'};
  for (const {component, name, type} of allProperties) {
    if (expected[name]) assert.equal(type, expected[name], `${component}.${name}`);
  }
});

test('required properties are positional', () => {
  const required = allProperties.filter((property) => property.required);
  assert.deepEqual(
    required.map(({component, name}) => `${component}.${name}`).sort(),
    ['Link.href', 'Location.id', 'Store.id'],
  );
  assert.deepEqual(dcc.Link.positional, [['children', 'href']]);
  assert.deepEqual(dcc.Store.positional, [['id']]);
  assert.deepEqual(html.Link.positional, [[], ['children']]);
});

test('defaults are known, also those that sources spell as a constant', () => {
  assert.equal(dcc.Interval.properties.interval.default, '1000');
  assert.equal(dcc.Dropdown.properties.persistence_type.default, '"local"');
  assert.equal(dcc.Dropdown.properties.closeOnSelect.default, '!multi');
  assert.equal(dcc.Store.properties.storage_type.default, '"memory"');
  assert.equal(DataTable.properties.page_size.default, '250');
});

test('what only the browser can set is left out', () => {
  for (const {component, name} of allProperties) {
    const injected = /^(setProps|componentPath|loading_state|dashRenderType|_)/;
    assert.doesNotMatch(name, injected, component);
    assert.ok(!name.includes('*'), `${component}.${name}`);
  }
  assert.ok(html.Div.wildcards);
  assert.ok(!dcc.Dropdown.wildcards);
});

test('C++ names differ from those on the wire for keywords only', () => {
  const renamed = allProperties.filter(({name, method}) => name !== method);
  assert.deepEqual(
    [...new Set(renamed.map(({name, method}) => `${name} ${method}`))].sort(),
    ['default default_', 'inline inline_'],
  );
});

test('upstream documentation reaches the headers', () => {
  const undocumented = allProperties.filter(({documented}) => !documented);
  assert.ok(undocumented.length <= 12, JSON.stringify(undocumented.map(({name}) => name)));
  const header = fs.readFileSync(path.join(generated, 'include/ekiden/dcc.hpp'), 'utf8');
  assert.match(header, /\/\/\/ .*\n(?:  \/\/\/.*\n)*  DropdownBuilder& clearable\(Flag value\);/);
  assert.match(header, /\/\/\/ Default: true\.\n  DropdownBuilder& clearable\(/);
  for (const name of ['dcc', 'html', 'dash_table']) {
    const text = fs.readFileSync(path.join(generated, `include/ekiden/${name}.hpp`), 'utf8');
    assert.doesNotMatch(text, /\/\/\/.*\\\s*$/m, `${name}.hpp has a comment that swallows a line`);
  }
});
