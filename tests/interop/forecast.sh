#!/usr/bin/env bash
# Holds forecasts against the real engines: damages real databases at random, starts each release on a
# copy of each, and compares what it did with what was forecast.
#
#   tests/interop/forecast.sh FORECAST_CASES [JUDGES] [CASES] [SEED]
#
# FORECAST_CASES is build/release/tests/interop/forecast_cases, JUDGES the directory that build.sh filled.
# Without CASES a few, or ten thousand where PERSIST_LONG is set.
set -euo pipefail

tool=$(realpath "$1")
judges=${2:-${PERSIST_JUDGE_DIR:-$(dirname "$0")/../../build/interop/bin}}
if [ ! -x "$judges/judge-1.1" ]; then
  echo "skipped: no judges; tests/interop/build.sh builds them, PERSIST_JUDGE_DIR names them"
  exit 77
fi
judges=$(realpath "$judges")
cases=${3:-${PERSIST_LONG:+10000}}
cases=${cases:-100}
seed=${4:-1}
. "$(dirname "$0")/sources.sh"

# Beside the real databases some that are written on the spot.
for line in 0.18 0.27 1.0 1.1; do
  for shape in text binary long random char logs; do
    directory=$work/sound/$line-$shape
    mkdir -p "$directory"
    "$judges/judge-$line" write "$directory" --seed "$seed" --commits 60 --keys 25 --shape "$shape" \
      --value-size 300 --snapshot-every $((seed % 2 ? 35 : 1000)) >/dev/null
    sources+=("$directory")
  done
done

"$tool" generate "$seed" "$cases" "$work/cases" "${sources[@]}" >"$work/list"
"$tool" predict <"$work/list" >"$work/predicted"
status=0
for line in 0.18 0.27 1.0 1.1; do
  cp -r "$work/cases" "$work/$line"
  sed "s|^$work/cases|$work/$line|" "$work/list" |
    "$judges/judge-$line" batch-start >"$work/judged-$line" 2>/dev/null
  rm -rf "${work:?}/$line"
  "$tool" compare "$work/predicted" "$work/judged-$line" "$line" || status=1
done
printf '\ntally: forecasts: %d\n' $((4 * cases))
exit $status
