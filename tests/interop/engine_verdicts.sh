#!/usr/bin/env bash
# Starts each release on a copy of each directory in testdata and prints what came of it, a line each:
# testdata/engine-verdicts.ndjson, which the tests of forecasts read where there are no judges.
#
#   tests/interop/engine_verdicts.sh JUDGES >testdata/engine-verdicts.ndjson
set -euo pipefail

judges=$(realpath "$1")
cd "$(dirname "$0")/../../testdata"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for line in 0.18 0.27 1.0 1.1; do
  mkdir "$work/$line"
  for directory in damaged/*/* engine-*/* surrealdb-*/*; do
    mkdir -p "$work/$line/$directory"
    for file in aol.bin snapshot.bin; do
      [[ ! -f $directory/$file ]] || cp "$directory/$file" "$work/$line/$directory/"
    done
    echo "$directory"
  done | sort >"$work/list"
  (cd "$work/$line" && "$judges/judge-$line" batch-start <"$work/list" 2>/dev/null) |
    sed "s/^{/{\"line\":\"$line\",/"
  rm -rf "${work:?}/$line"
done
