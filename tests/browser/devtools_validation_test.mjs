// SPDX-License-Identifier: MIT
// The page's own check of callbacks. Most mistakes keep an app from being loaded; what the server
// cannot see is a layout that is another when pages ask for it.
import assert from 'node:assert/strict';

import {screenshot, settled} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';
import {countsErrors, debugging, details, expectErrors, titles} from './support/devtools.mjs';

const test = suite('devtools');

test('ids and properties that the layout does not have are reported', 'changing_layout',
  async page => {
    await countsErrors(page, 2);
    const found = await titles(page);
    assert.deepEqual([...found].sort(),
      ['ID not found in layout', 'Invalid prop for this component']);
    const missing = await details(page, found.indexOf('ID not found in layout'));
    assert.match(missing, /Attempting to connect a callback Input item to component:\s+"in"/);
    assert.match(missing, /This ID was used in the callback\(s\) for Output\(s\):\s+out\.children/);
    const wrong = await details(page, found.indexOf('Invalid prop for this component'));
    assert.match(wrong, /Property "value" was used with component ID:\s+"other"/);
    assert.match(wrong, /dash_html_components\.P component/);
    await screenshot(page, 'devtools_validation');
    expectErrors(page);
  }, {args: debugging});

for (const [title, name, args] of [
  ['suppressed exceptions keep the page from checking ids', 'unchecked_layout', debugging],
  ['a validation layout is checked instead of the layout', 'with_validation_layout', debugging],
]) {
  test(title, name, async page => {
    await settled(page);
    assert.equal(await page.locator('.dash-debug-menu__outer').count(), 1);
    assert.deepEqual(await titles(page), []);
    assert.equal(calls(page, 'out.children').length, 0, 'its input does not exist');
  }, {args});
}
