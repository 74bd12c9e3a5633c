#!/usr/bin/env bash
# Proves the judges against the fixtures: the engine of a fixture's line, and every younger one, must
# read exactly the rows in expected.ndjson. Usage: check_fixtures.sh FIXTURES [JUDGES]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fixtures=${1:?usage: check_fixtures.sh FIXTURES [JUDGES]}
judges=${2:-${CARGO_TARGET_DIR:-$here/../../build/interop}/bin}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lines_from() { # a line and the younger ones
  case $1 in
    0.18) echo 0.18 0.27 1.0 1.1 ;;
    0.27) echo 0.27 1.0 1.1 ;;
    1.0) echo 1.0 1.1 ;;
    1.1) echo 1.1 ;;
  esac
}

checked=0 wrong=0
for expected in "$fixtures"/engine-*/*/expected.ndjson "$fixtures"/surrealdb-*/*/expected.ndjson; do
  [ -e "$expected" ] || continue
  fixture=$(dirname "$expected")
  family=$(basename "$(dirname "$fixture")")
  case $family in
    engine-*) written_by=${family#engine-} ;;
    *) written_by=0.18 ;; # SurrealDB 3.0 to 3.2
  esac
  for line in $(lines_from "$written_by"); do
    # On a copy: the 1.1 engine deletes stale temporary files even when it only reads.
    rm -rf "$work/db" && mkdir "$work/db"
    for file in aol.bin snapshot.bin; do
      [ ! -e "$fixture/$file" ] || cp "$fixture/$file" "$work/db/"
    done
    checked=$((checked + 1))
    if ! "$judges/judge-$line" dump "$work/db" >"$work/rows" || ! cmp -s "$work/rows" "$expected"; then
      echo "judge-$line reads something else than $family/$(basename "$fixture")/expected.ndjson" >&2
      wrong=$((wrong + 1))
    fi
  done
done
echo "$checked readings checked, $wrong wrong"
[ "$checked" -gt 0 ] && [ "$wrong" -eq 0 ]
