// SPDX-License-Identifier: MIT
// The README's feature tables name everything of Dash and Flask-Caching, and what the headers have.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

const root = process.env.EKIDEN_SOURCE;
const read = (path) => readFileSync(`${root}/${path}`, 'utf8');
const header = (name) => read(`worker/include/ekiden/${name}.hpp`);
const readme = read('README.md');

const names = {
  'Dash()': `name server backend assets_folder pages_folder use_pages assets_url_path assets_ignore
    assets_path_ignore assets_external_path eager_loading include_assets_files include_pages_meta
    description url_base_pathname requests_pathname_prefix routes_pathname_prefix serve_locally
    compress meta_tags index_string external_scripts external_stylesheets
    suppress_callback_exceptions prevent_initial_callbacks show_undo_redo extra_hot_reload_paths
    plugins title update_title background_callback_manager add_log_handler hooks
    routing_callback_inputs on_error use_async health_endpoint csrf_token_name csrf_header_name
    websocket_callbacks websocket_allowed_origins websocket_inactivity_timeout
    websocket_heartbeat_interval websocket_batch_delay websocket_max_workers enable_mcp mcp_path
    components_cache_max_age static_folder long_callback_manager dynamic_loading
    preloaded_libraries`,
  'run()': `host port proxy debug hide_all_callbacks jupyter_mode jupyter_width jupyter_height
    jupyter_server_url dev_tools_ui dev_tools_props_check dev_tools_serve_dev_bundles
    dev_tools_hot_reload dev_tools_hot_reload_interval dev_tools_hot_reload_watch_interval
    dev_tools_hot_reload_max_retry dev_tools_silence_routes_logging dev_tools_prune_errors
    dev_tools_validate_callbacks dev_tools_disable_version_check enable_dev_tools()`,
  'callback()': `Output Input State output= inputs= state= prevent_initial_call ALL MATCH ALLSMALLER
    no_update PreventUpdate clientside_callback ClientsideFunction allow_duplicate allow_optional
    optional running on_error hidden api_endpoint background interval progress progress_default
    cancel manager cache_args_to_ignore cache_ignore_triggered websocket persistent mcp_enabled
    mcp_expose_docstring _allow_dynamic_callbacks`,
  ctx: `triggered triggered_id triggered_prop_ids inputs states inputs_list states_list
    outputs_list args_grouping outputs_grouping using_args_grouping using_outputs_grouping cookies
    headers path args remote origin response record_timing timing_information set_props custom_data
    websocket MissingCallbackContextException`,
  Others: 'Patch set_props() dash.hooks register_page page_container page_registry',
  Settings: `CACHE_TYPE CACHE_DEFAULT_TIMEOUT CACHE_THRESHOLD CACHE_KEY_PREFIX CACHE_DIR
    CACHE_REDIS_HOST CACHE_REDIS_SENTINELS CACHE_REDIS_CLUSTER CACHE_OPTIONS CACHE_ARGS
    CACHE_IGNORE_ERRORS CACHE_NO_NULL_WARNING CACHE_SOURCE_CHECK CACHE_HASH_METHOD
    CACHE_FILE_HASH_METHOD CACHE_SERIALIZER CACHE_ENABLE_SIGNALS`,
  '@memoize': `timeout make_name cache_none args_to_ignore unless forced_update is_stale
    response_filter hash_method source_check .uncached .cache_timeout .make_cache_key
    .delete_memoized`,
  '@cached': `timeout unless forced_update is_stale response_filter cache_none key_prefix
    make_cache_key query_string hash_method source_check response_hit_indication .uncached
    .cache_timeout .make_cache_key delete_cached`,
  Direct: `get set add has delete delete_many get_many set_many get_dict clear cache.cache.inc
    cache.cache.dec unlink`,
};

/** Rows by the section they stand in: `{names, verdict, answer, line}`. */
function sectionsOf(text) {
  const sections = {};
  let rows;
  text.split('\n').forEach((line, index) => {
    const [, first, verdict, answer] = line.split(' | ').length === 3
      ? ['', ...line.replace(/^\| | \|$/g, '').split(' | ')] : [];
    const head = line.match(/^\| \*\*`?(.*?)`?\*\* \|/);
    if (head) rows = sections[head[1]] = [];
    if (line === '</details>') rows = undefined;
    if (!rows || !first || (head && !verdict.trim())) return;
    const listed = [...first.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    rows.push({ names: listed, verdict, answer, at: `README.md:${index + 1}` });
  });
  return sections;
}
const sections = sectionsOf(readme);

for (const [section, all] of Object.entries(names)) {
  test(`the README says of everything under ${section} whether it is there`, () => {
    const rows = sections[section];
    const listed = rows.flatMap((row) => row.names);
    for (const name of all.trim().split(/\s+/)) assert.ok(listed.includes(name), name);
    for (const row of rows) assert.match(row.verdict, /^(yes|no|not yet|not planned)$/, row.at);
  });
}

const has = (text, name) => new RegExp(`\\b${name}\\b ?[({=]`).test(text);

test('each member of App that the README names is there', () => {
  const app = header('app');
  const named = (rows) => rows.filter(({ verdict }) => verdict === 'yes').flatMap((row) => [
    ...[...row.answer.matchAll(/`app\.(\w+)/g)].map(([, name]) => ({ name, at: row.at })),
    ...(row.answer.startsWith('`app.` and the same name')
      ? row.names.map((name) => ({ name, at: row.at })) : [])]);
  const members = Object.values(sections).flatMap(named);
  assert.ok(members.length > 25);
  for (const { name, at } of members) assert.ok(has(app, name), `${at}: App has no ${name}`);
});

test('each option of a callback and member of the context that the README names is there', () => {
  const [callback, context] = [header('callback'), header('context')];
  const answered = (section, answer) =>
    sections[section].filter((row) => row.verdict === 'yes' && answer(row.answer));
  const options = answered('callback()', (text) => text.startsWith('`CallbackOptions`'));
  assert.ok(options.length > 2);
  for (const row of options) {
    for (const name of row.names) assert.ok(has(callback, name), `${row.at}: no option ${name}`);
  }
  const members = answered('ctx', (text) => !text.startsWith('`set_header`'));
  assert.ok(members.length > 3);
  for (const row of members) {
    for (const name of row.names) assert.ok(context.includes(name), `${row.at}: no ${name}`);
  }
});

test('what the README says is not there is not there', () => {
  const [app, callback] = [header('app'), header('callback')];
  const absent = (section) =>
    sections[section].filter((row) => row.verdict.startsWith('not ')).flatMap((row) => row.names);
  for (const name of absent('Dash()')) assert.ok(!has(app, `App& ${name}`), name);
  for (const name of absent('callback()')) {
    assert.ok(!callback.includes(` ${name} = `), `CallbackOptions::${name} is there`);
  }
});

const settings = [...read('server/settings.cpp').matchAll(/"([a-z][a-z-]+)"/g)]
  .map(([, name]) => name);

test('each setting that the feature tables name is one of the server\'s', () => {
  const rows = Object.values(sections).flat();
  const asked = rows.flatMap(({ answer, at }) =>
    [...answer.matchAll(/`--([\w-]+)/g)].map(([, name]) => ({ name, at })));
  for (const tool of names['run()'].match(/dev_tools_\w+/g)) {
    asked.push({ name: tool.replaceAll('_', '-'), at: tool });
  }
  for (const { name, at } of asked) assert.ok(settings.includes(name), `${at}: no --${name}`);
});

test('each setting of the cache is named beside its counterpart in Flask-Caching', () => {
  assert.ok(settings.includes('cache-size'));
  const counterparts = Object.entries({
    CACHE_TYPE: 'cache', CACHE_DIR: 'cache-dir', CACHE_THRESHOLD: 'cache-entries',
    CACHE_DEFAULT_TIMEOUT: 'cache-default-timeout', CACHE_KEY_PREFIX: 'cache-key-prefix',
  });
  for (const [name, setting] of counterparts.filter(([, one]) => settings.includes(one))) {
    const row = sections.Settings.find((one) => one.names.includes(name));
    assert.equal(row.verdict, 'yes', `${row.at}: ${name} is --${setting}`);
    assert.match(row.answer, new RegExp(`\`--${setting}(?![\\w-])`), row.at);
  }
});

test('each argument and member of the cache that the README names is there', () => {
  const [cache, memoized] = [header('memoize'), header('memoized')];
  const yes = (section) => sections[section].filter(({ verdict }) => verdict === 'yes');
  for (const row of yes('@memoize')) {
    for (const [, name] of row.answer.matchAll(/`(\w+)\{/g)) {
      assert.ok(memoized.includes(`struct ${name} {`), `${row.at}: no ${name}`);
    }
    if (!row.answer.startsWith('`MemoizeOptions`')) continue;
    for (const name of row.names) assert.ok(has(memoized, name), `${row.at}: no option ${name}`);
  }
  for (const row of yes('Direct')) {
    for (const name of row.names) {
      const member = name === 'delete' ? 'delete_' : name.replace('cache.cache.', '');
      assert.ok(has(cache, member), `${row.at}: Cache has no ${member}`);
    }
  }
});
