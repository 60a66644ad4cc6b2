// SPDX-License-Identifier: MIT
// The page's own check of callbacks. Mistakes keep an app from being loaded, so that the page finds
// none; here is what it must not take for one.
import assert from 'node:assert/strict';

import {settled} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';
import {debugging, titles} from './support/devtools.mjs';

const test = suite('devtools');

/// Its layout function counts in a static how often it was asked.
const counting = [...debugging, '--seal', 'off'];

for (const [title, name, args] of [
  ['suppressed exceptions keep the page from checking ids', 'unchecked_layout', debugging],
  ['a validation layout is checked instead of the layout', 'with_validation_layout', counting],
  ['what a layout function gave in set-up is checked, whatever it gives pages', 'changing_layout',
    counting],
]) {
  test(title, name, async page => {
    await settled(page);
    assert.equal(await page.locator('.dash-debug-menu__outer').count(), 1);
    assert.deepEqual(await titles(page), []);
    assert.equal(calls(page, 'out.children').length, 0, 'its input does not exist');
  }, {args});
}
