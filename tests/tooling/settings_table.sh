#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The README's table of settings is the one that the program prints.
set -u
diff <(sed -n '/^<!-- ekiden --settings-table -->$/,/^<!-- end -->$/p' "$1/README.md" | sed '1d;$d') \
     <("$2" --settings-table)
