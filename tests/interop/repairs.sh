#!/usr/bin/env bash
# Repairs databases that were damaged at random, and lets the real engines of their lines, and the
# younger ones, read the results: the same rows as the repair says.
#
#   tests/interop/repairs.sh BUILD JUDGES [CASES] [SEED]
#
# BUILD is build/release/tests/interop, JUDGES the directory that build.sh filled.
set -euo pipefail

build=$(realpath "$1")
judges=$(realpath "$2")
cases=${3:-1000}
seed=${4:-1}
. "$(dirname "$0")/sources.sh"

"$build/forecast_cases" generate "$seed" "$cases" "$work/cases" "${sources[@]}" >"$work/list"
status=0
"$build/repair_cases" "$work/repaired" <"$work/list" >"$work/expected" || status=1
for line in 0.18 0.27 1.0 1.1; do
  jq -r --arg line "$line" 'select(.lines | index($line)) | .dir' "$work/expected" >"$work/dirs"
  "$judges/judge-$line" batch-dump <"$work/dirs" >"$work/judged" 2>/dev/null
  jq -c --arg line "$line" 'select(.lines | index($line)) | [.dir, .rows, .rows_fingerprint]' \
    "$work/expected" >"$work/wanted"
  jq -c '[.dir, .rows, .rows_fingerprint]' "$work/judged" >"$work/got"
  wrong=$(diff "$work/wanted" "$work/got" | grep -c '^<' || true)
  echo "line $line: $(wc -l <"$work/wanted") repaired databases read, $wrong otherwise than expected"
  if [ "$wrong" -gt 0 ]; then
    diff "$work/wanted" "$work/got" | head -20 || true
    status=1
  fi
done
exit "$status"
