// SPDX-License-Identifier: MIT
// `make load` in small: one configuration, one value, a second for each loop.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {measure} from './measure.mjs';
import {plot} from './plot.mjs';
import {imbalance, report} from './report.mjs';

const tools = {ekiden: process.env.EKIDEN_PROGRAM, app: 'caching_signaling',
  openLoop: process.env.EKIDEN_OPEN_LOOP, wrk: 'wrk'};
const sum = values => values.reduce((total, value) => total + value, 0);

test('two workers under load answer everything, and compute each value once', async () => {
  const result = await measure(tools, {workers: 2, threads: 1, values: ['apples'], seconds: 1});

  assert.equal(result.computations, 1);
  assert.ok(result.waits > 0, 'others waited for the one who computes');
  const {kept, anew} = result;
  for (const loop of [kept.closed, kept.open, anew.closed, anew.open]) {
    assert.equal(loop.failed, 0);
    assert.ok(loop.rate > 0);
    assert.ok(loop.p50_ms > 0 && loop.p50_ms <= loop.p99_ms);
    assert.ok(Math.abs(sum(loop.shares) - 1) < 1e-9);
    assert.equal(loop.shares.length, 2);
  }
  assert.equal(result.pss.length, 2);
  assert.ok(result.pss.every(bytes => bytes > 0));

  const text = report([result], {machine: 'a machine', seconds: 1, connections: 16, plot: 'p.svg'});
  assert.equal(text.match(/^\| 2 × 1 \| [\d,]+ \| .* \| 0 \|$/mg).length, 2);
  assert.match(text, /^\| 2 × 1 \| 1 of 1 \| \d+ \| [\d.]+ [\d.]+ \|$/m);
  // The background; twice a rate, two latencies and two shares; one count and two sizes.
  assert.equal(plot([result]).match(/<rect /g).length, 1 + 2 * (1 + 2 + 2) + 1 + 2);
});

test('shares are compared as the busiest worker to the least busy one', () => {
  assert.equal(imbalance([0.6, 0.2, 0.2]), 0.6 / 0.2);
});
