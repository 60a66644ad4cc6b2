// SPDX-License-Identifier: MIT
import {execFileSync} from 'node:child_process';

/// The documents of a YAML file. Debian's own interpreter: the parser is Debian's.
export const readYaml = file => JSON.parse(execFileSync('/usr/bin/python3', ['-c',
  'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))', file]));
