// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';

/// Fails unless each EKIDEN_ variable is one, and all values are allowed.
export function settingsAreKnown(environment) {
  const table = execFileSync(process.env.EKIDEN_PROGRAM, ['--settings-table'], {encoding: 'utf8'});
  for (const name of Object.keys(environment).filter(one => one !== 'EKIDEN_APP_PATH'))
    assert.ok(table.includes(`| \`${name}\` |`), `${name} is no setting`);
  execFileSync(process.env.EKIDEN_PROGRAM, ['--check-config', 'local_filter'],
    {env: {...process.env, ...environment}, stdio: ['ignore', 'ignore', 'inherit']});
}
