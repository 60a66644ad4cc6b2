// SPDX-License-Identifier: MIT
// The forms in which outputs and arguments of a callback can be given.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('validation');

const outputs = page => calls(page).map(call => call.output).sort();

test('an output may stand in a list of one', 'cbva003', async page => {
  await shows(page, '#out1', '1: Hi');
  await shows(page, '#out2', '2: Hi');
  await shows(page, '#out3', '3: Hi');
  await settled(page);
  assert.deepEqual(outputs(page), ['..out2.children..', '..out3.children..', 'out1.children']);
});

test('inputs and states may stand in any order', 'cbva004', async page => {
  await shows(page, '#out1', '1: High');
  await shows(page, '#out2', '2: High');
  await settled(page);
  assert.deepEqual(outputs(page), ['..out2.children..', 'out1.children']);
});

test('two inputs, or an input and a state, are two arguments', 'cbva005', async page => {
  await shows(page, '#out1', 'Yolo');
  await shows(page, '#out2', 'Yolo');
  await settled(page);
  assert.deepEqual(outputs(page), ['..out2.children..', 'out1.children']);
});
