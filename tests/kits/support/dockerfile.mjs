// SPDX-License-Identifier: MIT
// What a Dockerfile says, as far as the kits' ones need it.
import fs from 'node:fs';

/// The stages of a Dockerfile: [{base, name, steps: [{instruction, text}]}].
export function readDockerfile(file) {
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(line => !line.startsWith('#'));
  const stages = [];
  for (const line of lines.join('\n').replace(/\\\n/g, '').split('\n')) {
    if (!line.trim()) continue;
    const [, instruction, text] = /^([A-Z]+)\s+(.*)$/.exec(line);
    if (instruction === 'FROM') {
      const [, base, name] = /^(\S+)(?: AS (\S+))?$/.exec(text);
      stages.push({base, name, steps: []});
    } else {
      stages.at(-1).steps.push({instruction, text: text.replace(/\s+/g, ' ')});
    }
  }
  return stages;
}

/// The texts of a stage's steps of one kind.
export const texts = (stage, instruction) =>
  stage.steps.filter(step => step.instruction === instruction).map(({text}) => text);

/// What a stage's ENV steps set.
export const environment = stage => Object.fromEntries(texts(stage, 'ENV').flatMap(text =>
  text.split(' ').map(setting => setting.split('=', 2))));

/// The words of its last ENTRYPOINT or CMD, in JSON: a shell would not hand signals on.
export const words = (stage, instruction) => JSON.parse(texts(stage, instruction).at(-1) ?? '[]');
