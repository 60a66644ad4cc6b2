// SPDX-License-Identifier: MIT
// The page under a Content-Security-Policy.
import assert from 'node:assert/strict';

import {shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('csp');

for (const algorithm of ['sha256', 'sha384', 'sha512']) {
  test(`inline scripts run under a policy that has their ${algorithm} hashes`, algorithm,
    async page => {
      await page.locator('#input').pressSequentially('xyz');
      await shows(page, '#output', 'xyz');
      // A script that the policy does not know is refused.
      const refused = page.waitForEvent('console');
      assert.equal(await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.body.append(script);
        return window.ran;
      }), undefined);
      assert.match((await refused).text(), /Content Security Policy/);
      const problems = page.problems.splice(0);
      assert.equal(problems.length, 1, problems.join('\n'));
    });
}

test('inline scripts do not run under a policy without their hashes', 'none', async page => {
  const blocked = page.problems.splice(0).filter(problem => problem.includes('inline script'));
  assert.ok(blocked.length >= 2, `blocked: ${blocked}`);
  await page.locator('#react-entry-point ._dash-loading').waitFor();
  assert.equal(await page.locator('#input').count(), 0);
});
