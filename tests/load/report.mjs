// SPDX-License-Identifier: MIT
// The results of several configurations as a table for people.
const name = ({workers, threads}) => `${workers} × ${threads}`;
const megabytes = bytes => (bytes / 1048576).toFixed(1);
const thousands = rate => Math.round(rate).toLocaleString('en');

/// The busiest worker's share, as a multiple of the least busy one's.
export const imbalance = shares => Math.max(...shares) / Math.min(...shares);

const percent = shares => shares.map(share => Math.round(100 * share)).join(' ') +
  (shares.length > 1 ? ` (${imbalance(shares).toFixed(1).replace('Infinity', '∞')} ×)` : '');

const columns = [
  ['workers × threads', name],
  ['requests/s', ({closed}) => thousands(closed.rate)],
  ['p50 ms', ({closed}) => closed.p50_ms.toFixed(2)],
  ['p99 ms', ({closed}) => closed.p99_ms.toFixed(2)],
  ['shares %', ({closed}) => percent(closed.shares)],
  ['at requests/s', ({open}) => thousands(open.wanted)],
  ['p50 ms', ({open}) => open.p50_ms.toFixed(2)],
  ['p99 ms', ({open}) => open.p99_ms.toFixed(2)],
  ['shares %', ({open}) => percent(open.shares)],
  ['failed', ({closed, open}) => closed.failed + open.failed],
  ['computations of values', ({computations, values}) => `${computations} of ${values}`],
  ['PSS of a worker, MB', ({pss}) => megabytes(pss.reduce((sum, one) => sum + one, 0) / pss.length)],
];

export function report(results, {machine, seconds, connections, plot}) {
  const row = cells => `| ${cells.join(' | ')} |`;
  return `# The caching-and-signaling app under load

${machine}. Client and servers share the cores. ${connections} keep-alive connections, ${seconds} s a loop.
Before the loops eight clients at once ask for each value: it must be computed once. First figures:
closed loop (wrk). Then: open loop at 70 % of that rate, where a latency counts from when its request was
due. An access log, from which the workers' shares come, is written all the time; in brackets: the busiest
worker's share as a multiple of the least busy one's.

${row(columns.map(([title]) => title))}
${row(columns.map(() => '---'))}
${results.map(result => row(columns.map(([, cell]) => cell(result)))).join('\n')}

![the same as bars](${plot})
`;
}
