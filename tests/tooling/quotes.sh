#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A C++ block of a README that follows `<!-- quoted from FILE -->` must stand in FILE to the letter.
set -u
cd "$1"
failures=0
while IFS=: read -r page line mark; do
  file=$(sed -n 's/.*quoted from \([^ ]*\) -->.*/\1/p' <<<"$mark")
  quote=$(tail -n +"$((line + 1))" "$page" | sed -n '/^```cpp$/,/^```$/p' | sed '/^```$/q' |
    grep -v '^```')
  if [ -z "$quote" ] || [[ "$(<"$file")" != *"$quote"* ]]; then
    echo "$page:$line: the block is not to be found in $file"
    failures=1
  fi
done < <(git ls-files '*.md' | xargs grep -n '<!-- quoted from ')
exit $failures
