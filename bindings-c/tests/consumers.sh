#!/bin/sh
# Builds and runs a program of each kind against an installed prefix: pkg-config and CMake, shared and static, C and C++.
# Usage: consumers.sh PREFIX OUT
set -eu
prefix=$1 out=$2 passed=0
here=$(cd "$(dirname "$0")/consumer" && pwd)
mkdir -p "$out"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
passes() { "$@" || { echo "consumers: $* failed"; exit 1; }; passed=$((passed + 1)); }

cc -Wall -Werror -pedantic "$here/consumer.c" $(pkg-config --cflags --libs corsac) -o "$out/pc-shared"
passes env LD_LIBRARY_PATH="$prefix/lib" "$out/pc-shared"
c++ -Wall -Werror -pedantic "$here/consumer.cpp" $(pkg-config --cflags --libs corsac) -o "$out/pc-shared-cxx"
passes env LD_LIBRARY_PATH="$prefix/lib" "$out/pc-shared-cxx"
# The program must need the soname and not the file's name. The static program must not need our library at all.
passes sh -c "readelf -d '$out/pc-shared' | grep -q 'NEEDED.*\[libcorsac\.so\.[0-9]*\]'"
cc -Wall -Werror -pedantic "$here/consumer.c" $(pkg-config --cflags corsac) -Wl,-Bstatic \
  $(pkg-config --libs corsac) -Wl,-Bdynamic $(pkg-config --variable=libs_private corsac) -o "$out/pc-static"
passes "$out/pc-static"
passes sh -c "! readelf -d '$out/pc-static' | grep -q libcorsac"
passes pkg-config --atleast-version=0.1 corsac

cmake -S "$here" -B "$out/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release > "$out/cmake.log" 2>&1 ||
  { cat "$out/cmake.log"; exit 1; }
cmake --build "$out/cmake" >> "$out/cmake.log" 2>&1 || { cat "$out/cmake.log"; exit 1; }
for program in c-shared c-static cxx-shared cxx-static; do passes "$out/cmake/$program"; done
echo "consumers: $passed passed, 0 failed"
