// SPDX-License-Identifier: MIT
// The results of several configurations as a table for people.
const name = ({workers, threads}) => `${workers} × ${threads}`;
const megabytes = bytes => (bytes / 1048576).toFixed(1);
const thousands = rate => Math.round(rate).toLocaleString('en');

/// The busiest worker's share, as a multiple of the least busy one's.
export const imbalance = shares => Math.max(...shares) / Math.min(...shares);

const percent = shares => shares.map(share => Math.round(100 * share)).join(' ') +
  (shares.length > 1 ? ` (${imbalance(shares).toFixed(1).replace('Infinity', '∞')} ×)` : '');

const milliseconds = value => value.toFixed(2);

/// The table of one kind of connections.
const loopColumns = of => [
  ['workers × threads', name],
  ['requests/s', result => thousands(of(result).closed.rate)],
  ['p50 ms', result => milliseconds(of(result).closed.p50_ms)],
  ['p99 ms', result => milliseconds(of(result).closed.p99_ms)],
  ['shares %', result => percent(of(result).closed.shares)],
  ['at requests/s', result => thousands(of(result).open.wanted)],
  ['p50 ms', result => milliseconds(of(result).open.p50_ms)],
  ['p99 ms', result => milliseconds(of(result).open.p99_ms)],
  ['shares %', result => percent(of(result).open.shares)],
  ['failed', result => of(result).closed.failed + of(result).open.failed],
];

const memoryColumns = [
  ['workers × threads', name],
  ['computations of values', ({computations, values}) => `${computations} of ${values}`],
  ['waits for another\'s', ({waits}) => waits],
  ['PSS of the workers, MB', ({pss}) => pss.map(megabytes).join(' ')],
];

function table(columns, results) {
  const row = cells => `| ${cells.join(' | ')} |`;
  return [row(columns.map(([title]) => title)), row(columns.map(() => '---')),
    ...results.map(result => row(columns.map(([, cell]) => cell(result))))].join('\n');
}

export function report(results, {machine, seconds, connections, plot}) {
  return `# The caching-and-signaling app under load

${machine}. Client and servers share the cores; ${seconds} s a loop. First figures: closed loop (wrk,
${connections} clients). Then: open loop at 70 % of that rate, where a latency counts from when its request
was due. An access log, from which the workers' shares come, is written all the time; in brackets: the
busiest worker's share as a multiple of the least busy one's.

## ${connections} connections, kept

${table(loopColumns(({kept}) => kept), results)}

## A connection for each request

${table(loopColumns(({anew}) => anew), results)}

## Shared data

Before the loops eight clients at once ask for each value: it must be computed once.

${table(memoryColumns, results)}

![the same as bars](${plot})
`;
}
