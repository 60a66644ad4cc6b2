// SPDX-License-Identifier: MIT
// The guides' examples of filters and of data in the page, as a person uses them.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {assertNoProblems, choose, launchBrowser, openPage, screenshot, settled, shows}
  from './support/browser.mjs';
import {privateBytes, Server} from './support/server.mjs';

let browser;

before(async () => { browser = await launchBrowser(); });
after(async () => { await browser?.close(); });

/// Serves an app for one test, on one page.
async function visit(app, options, use) {
  const server = await Server.start(app, {workers: 2, ...options});
  const page = await openPage(browser, server.url);
  try {
    await use(page, server);
    assertNoProblems(page);
  } finally {
    await page.context().close();
    await server.stop();
  }
}

/// The figure that a graph shows, with its numbers decoded.
const figure = (page, graph) => page.evaluate(id => {
  const plot = document.querySelector(`#${id} .js-plotly-plot`);
  return plot?.data && {
    type: plot.data[0].type, x: [...plot._fullData[0].x], y: [...plot._fullData[0].y],
  };
}, graph);

const drawn = (page, graph, title) => page.waitForFunction(({graph: id, title: wanted}) => {
  const plot = document.querySelector(`#${id} .js-plotly-plot`);
  return plot?._fullData?.[0]?._length > 0 &&
    (!wanted || document.querySelector(`#${id} .gtitle`)?.textContent === wanted);
}, {graph, title});

const score = value => [{id: 'mutation-score', property: 'value', value}];
const answer = async reply => JSON.parse((await reply).body).response['mutation-students'].children;

test('global_mutation, unsealed: one worker forgets what it has filtered away', async () => {
  await visit('global_mutation', {workers: 1, args: ['--seal', 'off']}, async page => {
    await shows(page, '#mutation-students', '3');
    await choose(page, 'mutation-score', '5');
    await shows(page, '#mutation-students', '0');  // right: 4
    await screenshot(page, 'global_mutation');
    await choose(page, 'mutation-score', '1');
    await settled(page);
    await shows(page, '#mutation-students', '0');  // right: 3
    await page.click('#mutation-ask');
    await shows(page, '#mutation-all', '0');       // right: 10
  });
});

test('global_mutation, unsealed: four workers give the same question two answers', async () => {
  await visit('global_mutation', {workers: 4, args: ['--seal', 'off']}, async (page, server) => {
    const ask = value => answer(server.post('mutation-students.children', score(value)));
    const answers = new Set();
    await ask(1);
    for (let asked = 0; answers.size < 2 && asked < 100; ++asked) answers.add(await ask(5));
    assert.deepEqual([...answers].sort(), [0, 4]);
  });
});

/// How many students there are, as the callback says that only reads.
const all = async server => JSON.parse((await server.post('mutation-all.children',
  [{id: 'mutation-ask', property: 'n_clicks', value: 1}])).body)
  .response['mutation-all'].children;

test('global_mutation: the violator fails by name every time, who only reads stays right', async () => {
  const server = await Server.start('global_mutation', {workers: 2, args: ['--debug']});
  const page = await openPage(browser, server.url);
  try {
    await page.waitForSelector('.test-devtools-error-count');
    for (let asked = 0; asked < 10; ++asked) {
      const {status, body} = await server.post('mutation-students.children', score(5));
      assert.equal(status, 500);
      assert.match(body, /mutation-students\.children/);
      assert.match(body, /wrote to .*global `.*students`/);
      assert.equal(await all(server), 10);
    }
    await server.line(/callback mutation-students\.children \(.*\) wrote to .*`.*students`/);
    await server.line(/callback mutation-output\.children \(.*\) wrote to .*`.*df`/);
    await page.click('#mutation-ask');
    await shows(page, '#mutation-all', '10');
    assert.equal(await page.textContent('#mutation-students'), '');
  } finally {
    await page.context().close();
    await server.stop();
  }
});

test('global_mutation: a warning lets the value live in its worker, and says so', async () => {
  await visit('global_mutation', {workers: 1, args: ['--seal', 'warn']}, async (page, server) => {
    await shows(page, '#mutation-students', '3');
    // A page of memory is opened by the first write to it, and both frames lie in one.
    await server.line(/\[warning\].*callback mutation-(students|output)\.children .*(students|df)`/);
    await choose(page, 'mutation-score', '5');
    await shows(page, '#mutation-students', '0');
  });
});

test('local_filter: the answers stay right', async () => {
  await visit('local_filter', {}, async page => {
    await shows(page, '#filter-output', '1');
    for (const [value, students] of [['5', '4'], ['1', '3'], ['4', '0'], ['5', '4']]) {
      await choose(page, 'filter-score', value);
      await shows(page, '#filter-students', students);
    }
    await choose(page, 'filter-dropdown', 'z');
    await shows(page, '#filter-output', '1');
    await screenshot(page, 'local_filter');
  });
});

test('hidden_div: nothing until a choice, then graph and table of the data in the page', async () => {
  await visit('hidden_div', {}, async (page, server) => {
    await settled(page);
    assert.equal(await page.textContent('#hidden-intermediate-value'), '');
    assert.equal(await page.textContent('#hidden-table'), '');
    assert.deepEqual(page.callbacks.map(({output}) => output),
      ['hidden-intermediate-value.children']);

    await choose(page, 'hidden-dropdown', 'Seoul');
    await drawn(page, 'hidden-graph');
    const data = JSON.parse(await page.textContent('#hidden-intermediate-value'));
    assert.deepEqual(data.columns, ['date', 'sold_kg']);
    assert.equal(data.data.length, 24);
    const {x, y} = await figure(page, 'hidden-graph');
    assert.deepEqual(y, data.data.map(([, sold]) => sold));
    assert.equal(x[0].slice(0, 10), '2019-01-01');
    await shows(page, '#hidden-table tbody tr:first-child td:last-child', String(data.data[0][1]));
    await screenshot(page, 'hidden_div');

    const other = await openPage(browser, server.url);
    await settled(other);
    assert.equal(await other.textContent('#hidden-intermediate-value'), '');
    await other.context().close();
  });
});

/// What one session asks of an app: the data for a city, then what is drawn of them.
const sessionsOf = {
  hidden_div: {
    clean: 'hidden-intermediate-value.children', city: 'hidden-dropdown',
    data: {id: 'hidden-intermediate-value', property: 'children'},
    drawn: ['hidden-graph.figure', 'hidden-table.children'],
  },
  store: {
    clean: '..store-memory.data...store-session.data...store-local.data...store-binary.data..',
    city: 'store-dropdown', data: {id: 'store-memory', property: 'data'},
    drawn: ['store-graph.figure', 'store-table.children'],
  },
};

for (const [app, {clean, city, data, drawn: outputs}] of Object.entries(sessionsOf)) {
  test(`${app}: the server keeps nothing of a thousand sessions`, async () => {
    const server = await Server.start(app, {workers: 1, threads: 1});
    try {
      const [, pid] = await server.line(/(\d+)\)? is ready/);
      const sessions = async count => {
        for (let i = 0; i < count; ++i) {
          const choice = [{id: city, property: 'value', value: 'Seoul'}];
          const {body} = await server.post(clean, choice);
          const value = JSON.parse(body).response[data.id][data.property];
          for (const output of outputs) {
            assert.equal((await server.post(output, [{...data, value}])).status, 200);
          }
        }
      };
      await sessions(100);  // until its pools and buffers have the size they need
      // What is kept of each session shows every time; an allocator that takes more, once.
      const grown = [];
      for (let batch = 0; batch < 3; ++batch) {
        const before = privateBytes(pid);
        await sessions(400);
        grown.push(privateBytes(pid) - before);
      }
      assert.ok(Math.min(...grown) < 40_000, `grew by ${grown} bytes`);
    } finally {
      await server.stop();
    }
  });
}

test('aggregations: three frames cross the network in one JSON, each graph takes its own', async () => {
  await visit('aggregations', {}, async page => {
    const titles = ['Apples', 'Oranges', 'Figs'];
    for (const [at, title] of titles.entries()) await drawn(page, `upfront-graph-${at + 1}`, title);
    const datasets = JSON.parse(await page.textContent('#upfront-intermediate-value'));
    assert.deepEqual(Object.keys(datasets), ['df_1', 'df_2', 'df_3']);
    for (const at of [1, 2, 3]) {
      const {data} = JSON.parse(datasets[`df_${at}`]);
      assert.deepEqual((await figure(page, `upfront-graph-${at}`)).y, data.map(row => row[3]));
    }
    await screenshot(page, 'aggregations');

    await choose(page, 'upfront-dropdown', 'Osaka');
    await page.waitForFunction(() =>
      document.querySelector('#upfront-intermediate-value')?.textContent.includes('Osaka'));
    await settled(page);
    assert.ok(page.callbacks.length >= 8, 'each choice calls one query and three graphs');
  });
});

test('aggregations, compressed: the browser unpacks what it is sent', async () => {
  await visit('aggregations', {env: {DASH_COMPRESS: 'true'}}, async page => {
    await drawn(page, 'upfront-graph-3', 'Figs');
    const answered = page.waitForResponse(response =>
      response.request().postData()?.includes('"output":"upfront-intermediate-value.children"'));
    await choose(page, 'upfront-dropdown', 'Osaka');
    assert.match((await answered).headers()['content-encoding'] ?? '', /^(br|gzip)$/);
    await page.waitForFunction(() =>
      document.querySelector('#upfront-intermediate-value')?.textContent.includes('Osaka'));
    await settled(page);
    const datasets = JSON.parse(await page.textContent('#upfront-intermediate-value'));
    assert.deepEqual((await figure(page, 'upfront-graph-1')).y,
      JSON.parse(datasets.df_1).data.map(row => row[3]));
  });
});
