// SPDX-License-Identifier: MIT
// From exec to the first answer, and from the kill of the only worker to the answer of the one that
// takes its place: the caching-and-signaling app, against gunicorn with a WSGI app that does next to
// nothing.
import {handIn} from './support/hand_in.mjs';
import {answer, ekiden, freePort, gunicorn, isAlive, median, table, until} from
  './support/servers.mjs';

const rounds = 3;
const ratios = [];
const kinds = {
  ekiden: (port, options) => ekiden(port, {...options, app: 'caching_signaling'}), gunicorn,
};

async function timeStart(start, workers) {
  const port = await freePort();
  const begin = performance.now();
  const server = start(port, {workers});
  try {
    await answer(port);
    return performance.now() - begin;
  } finally {
    await server.stop();
  }
}

/// A new server each time: one whose workers die again and again waits before it starts others.
async function timeReplacement(start) {
  const port = await freePort();
  const server = await start(port, {workers: 1}).serving(1);
  try {
    const [worker] = server.workers();
    const begin = performance.now();
    process.kill(worker, 'SIGKILL');
    await until(() => !isAlive(worker), 'deaths', 0);
    await answer(port);
    return performance.now() - begin;
  } finally {
    await server.stop();
  }
}

async function row(name, goal, measure) {
  const times = Object.fromEntries(Object.keys(kinds).map(kind => [kind, []]));
  for (let round = 0; round < rounds; ++round)
    for (const [kind, start] of Object.entries(kinds)) times[kind].push(await measure(start));
  const [ours, theirs] = [median(times.ekiden), median(times.gunicorn)];
  ratios.push({name, peer: 'gunicorn', ratio: theirs / ours});
  return [name, ours.toFixed(0), goal, theirs.toFixed(0), (theirs / ours).toFixed(1)];
}

table([`ms, medians of ${rounds}`, 'Ekiden', 'goal', 'gunicorn', '÷ Ekiden\'s'], [
  await row('4 workers × 2 threads, exec to the first answer', 60, start => timeStart(start, 4)),
  await row('64 workers × 2 threads, exec to the first answer', 250,
    start => timeStart(start, 64)),
  await row('SIGKILL of the only worker to its successor\'s answer', '', timeReplacement),
]);
handIn('start', {ratios});
