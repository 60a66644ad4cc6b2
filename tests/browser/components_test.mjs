// SPDX-License-Identifier: MIT
// Components of a package of the app's own: what the renderer offers their authors.
import assert from 'node:assert/strict';

import {settled, shows} from './support/browser.mjs';
import {suite} from './support/cases.mjs';

const test = suite('components');

test('a component that a callback puts in another\'s place starts anew', 'rdraw001', async page => {
  await shows(page, '#counter', '1');
  await settled(page);
  await page.$eval('#counter', element => { element.dataset.first = 'yes'; });
  await page.click('#redraw');
  await page.waitForSelector('#counter:not([data-first])');
  await settled(page);
  await shows(page, '#counter', '1');
});

test('a component may ask why it is drawn', 'rtype001', async page => {
  await shows(page, '#typed > span', 'parent');
  await page.click('#call');
  await shows(page, '#typed > span', 'callback');
  await shows(page, '#output', '0');
  await page.click('#clientside');
  await shows(page, '#typed > span', 'clientsideApi');
  await shows(page, '#output', '20');
  await page.click('#typed > button');
  await shows(page, '#typed > span', 'internal');
  await shows(page, '#output', '21');
  await page.click('#redraw');
  await shows(page, '#typed > span', 'parent');
  await shows(page, '#output', 'null');
});

test('components say what of their properties is kept, and how', 'rdps013', async page => {
  await page.fill('#whole', 'alpaca');
  await page.fill('#member', 'artichoke');
  await settled(page);
  await page.click('#button');
  await page.waitForFunction(() => document.querySelector('#whole')?.value === 'ALPACA' &&
    document.querySelector('#member')?.value === 'ARTICHOKE');
});

test('a component may give its children properties', 'rdarp001', async page => {
  await shows(page, '#inside', 'from giver');
  await shows(page, '#outside', 'own text');
  await page.click('#load');
  await shows(page, '#late-inside', 'from later');
  await shows(page, '#late-outside', 'own text');
});

test('a list of objects with components may be null', 'aoeoswnpsn001', async page => {
  await shows(page, '#three', 'length 3');
  await shows(page, '#none', 'length none');
});

test('components that are in no layout follow properties, and call back', 'rext001', async page => {
  await page.waitForFunction(() => document.querySelector('#drawn')?.value === 'first');
  await page.click('#sync');
  await page.waitForFunction(() => document.querySelector('#drawn')?.value === 'synced');
  await shows(page, '#extra', 'inner');
  await page.click('#extra > div');
  await shows(page, '#out', 'clicked');
});

test('temporary ones are gone when their component is', 'rext002', async page => {
  const second = page.locator('.tab').nth(1), first = page.locator('.tab').first();
  await shows(page, '#extra', 'inner');
  await second.click();
  await page.waitForFunction(() => document.querySelector('#other input')?.value === 'typed');
  await first.click();
  await page.waitForSelector('#external', {state: 'attached'});
  assert.equal(await page.locator('#external > *').count(), 0);
  await second.click();
  await page.waitForFunction(() => document.querySelector('#other input')?.value === 'typed');
});
