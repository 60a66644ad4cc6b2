// SPDX-License-Identifier: MIT
// Callbacks that other programs call, and files on their way in and out.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';

import {shows} from './support/browser.mjs';
import {calls, suite} from './support/cases.mjs';

const test = suite('api_callback');

test('another program gets the value that the page shows', 'api', async (page, server) => {
  await shows(page, '#greeting', 'Hello, Ada');
  const answer = await fetch(new URL('api/greeting', server.url), {
    method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({name: await page.inputValue('#name')}),
  });
  assert.equal(answer.status, 200);
  assert.equal(await answer.json(), await page.textContent('#greeting'));
  assert.equal(calls(page, 'greeting.children').length, 1);
});

test('a file that is uploaded comes back as a table of its own', 'files', async page => {
  await shows(page, '#report', 'nothing yet');
  const download = page.waitForEvent('download');
  await page.setInputFiles('#upload input[type=file]',
    {name: 'a, b.bin', mimeType: 'application/x-own', buffer: Buffer.from([0, 255, 128, 10])});
  await shows(page, '#report', 'application/x-own');
  assert.equal((await download).suggestedFilename(), 'report.csv');
  assert.equal(await readFile(await (await download).path(), 'utf8'), 'file,bytes\n"a, b.bin",4\n');
});
