#!/bin/sh
# Builds and runs the C programs of docs/c.md, unchanged. Usage: docs.sh PREFIX OUT
set -eu
prefix=$1 out=$2 count=0
page=$(cd "$(dirname "$0")/../../docs" && pwd)/c.md
mkdir -p "$out"
rm -f "$out"/block*
awk -v out="$out" '/^```c$/ { n++; on = 1; next } /^```$/ { on = 0 } on { print > (out "/block" n ".c") }' "$page"
for block in "$out"/block*.c; do
  cc -std=c11 -Wall -Wextra -Werror -pedantic -fsanitize=address,undefined "$block" -I"$prefix/include" -L"$prefix/lib" -lcorsac \
    -Wl,-rpath,"$prefix/lib" -o "$block.run"
  "$block.run" > "$block.txt" || { cat "$block.txt"; echo "docs: $block failed"; exit 1; }
  count=$((count + 1))
done
test "$count" -ge 2
echo "docs: $count passed, 0 failed"
