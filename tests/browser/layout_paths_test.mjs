// SPDX-License-Identifier: MIT
// A page whose chapters replace each other: the renderer knows at any time where each id is.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('layout_paths');

const child = (...path) => ['components', ...path.flatMap(index =>
  index === null ? ['props', 'children'] : ['props', 'children', index])];

/// The paths of the chapter's parts, which lie in the children of what `path` leads to.
function pathsOf(chapter, path, parts) {
  const paths = {contents: child(0), body: child(1)};
  parts.forEach((part, index) => { paths[`chapter-${chapter}-${part}`] = child(...path, index); });
  return paths;
}

const chapters = {
  1: {value: 'Oslo', paths: pathsOf(1, [1, null], ['title', 'choice', 'label', 'graph'])},
  2: {value: 'Peru', paths: pathsOf(2, [1, null], ['title', 'choice', 'label', 'graph'])},
  3: {value: 'Winter', paths: pathsOf(3, [1, 0, null], ['title', 'label', 'graph', 'choice'])},
};

async function open(page, chapter) {
  await page.locator('#contents input').nth(chapter - 1).click();
}

async function hasPaths(page, expected) {
  await settled(page);
  const {strs, objs} = await page.evaluate(() => window.store.getState().paths);
  assert.deepEqual(objs, {});
  assert.deepEqual(strs, expected);
  for (const id of Object.keys(strs)) assert.equal(await page.locator(`#${id}`).count(), 1, id);
}

/// True of the chapter that is open: what it shows, where its parts are, and what was called.
async function shown(page, chapter, callsOfEach) {
  const {value, paths} = chapters[chapter];
  await shows(page, `#chapter-${chapter}-label`, value);
  await page.waitForFunction(({chapter: number, value: title}) => {
    const plot = document.querySelector(`#chapter-${number}-graph .js-plotly-plot`);
    return plot?.layout?.title?.text === title && plot.querySelector('.bars .point');
  }, {chapter, value});
  await hasPaths(page, paths);
  const counted = [1, 2, 3].map(number => {
    const of = calls(page).filter(call => call.output.startsWith(`chapter-${number}-`));
    return of.map(call => call.output.split('.')[0].split('-')[2]).sort().join(' ');
  });
  assert.deepEqual(counted, callsOfEach);
}

test('chapters replace each other, and each is called for once it is there', 'cblp001',
  async page => {
    const once = 'graph label', twice = 'graph graph label label';
    await shown(page, 1, [once, '', '']);
    await open(page, 2);
    await shown(page, 2, [once, once, '']);
    await open(page, 3);
    await shown(page, 3, [once, once, once]);
    await open(page, 4);
    await shows(page, '#body', 'Only text');
    await hasPaths(page, {contents: child(0), body: child(1)});
    await open(page, 1);
    await shown(page, 1, [twice, once, once]);
    assert.equal(calls(page, 'body.children').length, 5);
  });
