#!/bin/sh
# Compares the ABI with the last accepted one, which is checked in as baseline.abi: every function's signature, every
# struct, every enum. Functions may be added, and structs may grow as growth.supp allows.
# Usage: baseline.sh PREFIX OUT [write]
set -eu
prefix=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)

# The library is not written in C, so its types come from its header: there is one variable for each function that it
# exports, and one for each enum.
{
  echo '#include <corsac.h>'
  nm -D --defined-only "$prefix/lib/libcorsac.so" | awk '/ T /{ print "__typeof__(&" $3 ") abi_" $3 " = " $3 ";" }'
  sed -n 's/^enum \(corsac_[a-z_]*\)$/enum \1 abi_enum_\1;/p' "$prefix/include/corsac.h"
} > "$out/exported_types.c"
cc -g -shared -fPIC "$out/exported_types.c" -I"$prefix/include" -L"$prefix/lib" -lcorsac -Wl,-soname,"$(
  readelf -d "$prefix/lib/libcorsac.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')" -o "$out/exported_types.so"

if [ "${3:-}" = write ]; then
  abidw --no-show-locs --no-corpus-path --no-comp-dir-path "$out/exported_types.so" | sed "s| path='[^']*'||" > "$here/baseline.abi"
  echo "wrote bindings-c/tests/baseline.abi"
  exit
fi
abidiff --no-added-syms --suppressions "$here/growth.supp" "$here/baseline.abi" "$out/exported_types.so" > "$out/abidiff.txt" || {
  cat "$out/abidiff.txt"
  echo "the ABI differs from baseline.abi: raise the version, or accept the new ABI with make -C bindings-c baseline"
  exit 1
}
echo "baseline: $(grep -c ' = ' "$out/exported_types.c") functions, the accepted ones are unchanged"
echo "baseline: 1 passed, 0 failed"
