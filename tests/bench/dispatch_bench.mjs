// SPDX-License-Identifier: MIT
// A callback among 10, 1,000 and 10,000: what a request costs must not depend on how many others an
// app has.
import {ekiden, freePort, median, table} from './support/servers.mjs';
import {post, wrk} from './support/wrk.mjs';

const rounds = 5;
const counts = [10, 1000, 10_000];

async function start(callbacks) {
  Object.assign(process.env, {EKIDEN_BENCH_COMPONENTS: 0, EKIDEN_BENCH_CALLBACKS: callbacks});
  return ekiden(await freePort(), {workers: 2, threads: 1, app: 'bench_page'}).serving(2);
}

const lua = callbacks => {
  const id = `out${callbacks / 2}`;
  return post(JSON.stringify({
    output: `${id}.children`, outputs: {id, property: 'children'},
    inputs: [{id: 'in', property: 'value', value: 'the quick brown fox'}],
    changedPropIds: ['in.value'], parsedChangedPropsIds: ['in.value'],
  }));
};

const servers = [];
try {
  for (const count of counts) servers.push(await start(count));
  const results = counts.map(() => []);
  for (let round = 0; round < rounds; ++round)
    for (const [i, server] of servers.entries())
      results[i].push(await wrk(server, {lua: lua(counts[i])}));
  const costs = results.map(all => median(all.map(({cpu}) => cpu)));
  table(['callbacks registered, 2 workers × 1 thread, c=64', 'CPU µs/request', '× with the fewest (flat)',
    'requests/s'], counts.map((count, i) => [count, costs[i].toFixed(2),
    (costs[i] / costs[0]).toFixed(2), Math.round(median(results[i].map(({rps}) => rps)))]));
} finally {
  for (const server of servers) await server.stop();
}
