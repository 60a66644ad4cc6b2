// SPDX-License-Identifier: MIT
// Callbacks that the browser runs by itself.
import assert from 'node:assert/strict';

import {holdsValue, settled, shows} from './support/browser.mjs';
import {calls, Gate, suite} from './support/cases.mjs';
import {Server} from './support/server.mjs';

const test = suite('clientside');

async function saysOnBothSides(page, client) {
  await shows(page, '#server', 'Server says "None"');
  await shows(page, '#client', `${client} says "undefined"`);
  await page.fill('#input', 'hello world');
  await shows(page, '#server', 'Server says "hello world"');
  await shows(page, '#client', `${client} says "hello world"`);
  await settled(page);
  assert.deepEqual(calls(page).map(({output}) => output), ['server.children', 'server.children']);
  assert.deepEqual(await page.evaluate(() =>
    ['dash_clientside', 'clientside', 'ns'].filter(name => name in window)), ['dash_clientside']);
}

test('a function of the assets folder runs in the browser, beside a server callback', 'clsd001',
  page => saysOnBothSides(page, 'Client'));

test('a source given in the app runs in the browser, and leaves no globals', 'clsd008',
  page => saysOnBothSides(page, 'Client'));

test('a module of the assets folder defines functions, and may import other modules', 'clsd021',
  async page => {
    assert.equal(await page.locator('footer script[type=module][src*="module.mjs"]').count(), 1);
    await saysOnBothSides(page, 'Module');
  });

test('callbacks of both sides form one chain, in which each runs once', 'clsd002', async page => {
  const shownAre = async values => {
    for (const [id, value] of Object.entries(values)) await holdsValue(page, `#${id}`, value);
    await settled(page);
  };
  await shownAre({sum: '9', half: '4.5', all: '3\n6\n9\n4.5', mean: `${22.5 / 4}`});
  assert.equal(calls(page, 'half.value').length, 1);
  assert.equal(calls(page, 'all.value').length, 1);
  await page.fill('#x', '31');
  await shownAre({x: '31', sum: '37', half: '18.5', all: '31\n6\n37\n18.5', mean: `${92.5 / 4}`});
  assert.equal(calls(page, 'half.value').length, 2);
  assert.equal(calls(page, 'all.value').length, 2);
  assert.equal(calls(page).length, 4);
});

test('an exception of a clientside function ends its chain, and not the page', 'clsd003',
  async page => {
    await holdsValue(page, '#third', '3');
    await page.fill('#first', '11');
    await page.waitForFunction(() => document.querySelector('#first')?.value === '11');
    await settled(page);
    const thrown = page.problems.splice(0);
    assert.ok(thrown.some(problem => problem.includes('eleven is too much')), thrown.join('\n'));
    assert.equal(await page.inputValue('#second'), '2');
    assert.equal(await page.inputValue('#third'), '3');
    await page.fill('#first', '111');
    await holdsValue(page, '#second', '112');
    await holdsValue(page, '#third', '113');
  });

test('a clientside function sets several outputs', 'clsd004', async page => {
  for (const input of [1, 11]) {
    await page.fill('#input', `${input}`);
    for (const step of [1, 2, 3, 4])
      await holdsValue(page, `#output-${step}`, `${input + step}`);
  }
});

test('throwing PreventUpdate ends the chain without an error', 'clsd006', async page => {
  await holdsValue(page, '#second', '2');
  await holdsValue(page, '#third', '2');
  await page.fill('#first', '11');
  await settled(page);
  assert.equal(await page.inputValue('#second'), '2');
  assert.equal(await page.inputValue('#third'), '2');
  await page.fill('#first', '111');
  await holdsValue(page, '#second', '3');
  await holdsValue(page, '#third', '3');
});

test('no_update leaves one output of several as it is', 'clsd007', async page => {
  await holdsValue(page, '#second', '2');
  await holdsValue(page, '#third', '2');
  await page.fill('#first', '11');
  await holdsValue(page, '#third', '3');
  assert.equal(await page.inputValue('#second'), '2');
  await page.fill('#first', '111');
  await holdsValue(page, '#third', '4');
  await holdsValue(page, '#second', '3');
});

test('one no_update leaves all of several outputs as they are', 'cmorsnu001', async page => {
  await page.click('#trigger');
  await shows(page, '#third', '1');
  await settled(page);
  assert.equal(await page.textContent('#first'), 'first');
  assert.equal(await page.textContent('#second'), 'second');
});

test('a property may be input and output, and its follower runs once a change', 'clsd014',
  async page => {
    await shows(page, '#text', '0');
    await page.fill('#input', '2');
    await shows(page, '#text', '3');
    await settled(page);
    assert.equal(await page.inputValue('#input'), '3');
    assert.equal(await page.evaluate(() => window.followed), 2);
  });

test('what depends on a promise waits until it is kept', 'clsd015', async page => {
  await page.waitForFunction(() => window.finish);
  assert.equal(calls(page).length, 0);
  await page.evaluate(() => window.finish(', chained'));
  await shows(page, '#client', 'client: initial, chained');
  await shows(page, '#server', 'server: client: initial, chained');
  await settled(page);
  assert.equal(calls(page).length, 1);
});

test('a promise does not hold up a server callback on the same input', 'clsd016', async page => {
  await shows(page, '#server', 'server: initial');
  assert.equal(await page.textContent('#client'), '');
  await page.evaluate(() => window.finish(', late'));
  await shows(page, '#client', 'client: initial, late');
});

test('a server callback does not hold up a promise on the same input', 'clsd017',
  async page => {
    await page.gate.holds(1);
    await shows(page, '#client', 'client: initial');
    assert.equal(await page.textContent('#server'), '');
    await page.gate.open();
    await shows(page, '#server', 'server: initial');
  }, {prepare: async page => { page.gate = await Gate.at(page, /^server\.children$/); }});

test('a source may be an async function', 'clsd018',
  page => shows(page, '#client', 'initial, inline'));

test('a source may return a promise', 'clsd019',
  page => shows(page, '#client', 'initial, inline'));

test('pattern ids with dots in their values match', 'clsd022', async page => {
  await page.click('button');
  await shows(page, '.output', 'clicked 1');
  assert.equal(calls(page).length, 0);
});

test('set_props in the browser writes any component and runs what depends on it', 'sp001',
  async page => {
    await page.click('#set');
    await shows(page, '[id*=index]', 'by pattern');
    await shows(page, '#two', 'by id');
    await shows(page, '#three', 'and another');
    await shows(page, '#count', '0|heard|heard|heard');
    await settled(page);
    assert.equal(calls(page).length, 3);
  });

test('an open page still finds its inline functions after the server was started again', 'clrs001',
  async (page, server) => {
    await page.click('#click');
    await shows(page, '#client', 'clicked 1');
    const name = () => page.evaluate(() =>
      Object.keys(window.dash_clientside._dashprivate_clientside_funcs));
    const before = await name();
    await server.stop();
    const again = await Server.start(server.app, {
      workers: 1, port: server.port,
      env: {EKIDEN_TEST_CASE: 'clrs001', EKIDEN_TEST_START: 'second'},
    });
    try {
      await page.click('#click');
      await shows(page, '#client', 'clicked 2');
      const dependencies = await (await fetch(`${again.url}_dash-dependencies`)).json();
      assert.deepEqual([dependencies[0].clientside_function.function_name], before);
      await page.reload();
      await shows(page, '#start', 'second');
      assert.deepEqual(await name(), before);
      await page.click('#click');
      await shows(page, '#client', 'clicked 1');
    } finally {
      await page.goto('about:blank');
      await again.stop();
    }
  });
