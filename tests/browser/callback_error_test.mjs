// SPDX-License-Identifier: MIT
// Functions that answer for callbacks that throw.
import {settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('callback_error');

test('a callback that throws is answered for by its own handler, or by that of the app', 'cber001',
  async page => {
    await page.click('#own');
    await shows(page, '#output', 'instead of a lost ship');
    await shows(page, '#message', 'a lost ship');
    await shows(page, '#of-the-app', '');

    await page.click('#global');
    await shows(page, '#of-the-app', 'app: a lost anchor');

    await page.click('#several');
    await shows(page, '#of-the-app', 'app: a lost crew');
    await settled(page);
    await shows(page, '#left', 'left alone');
    await shows(page, '#right', 'right alone');
    await shows(page, '#message', 'a lost ship');
  });
