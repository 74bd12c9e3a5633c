#!/usr/bin/env bash
# Lets the engines of legacy lines write logs of every shape, damages them at random, and counts how
# often the reader brings back all that the format allows.
#
#   tests/interop/recoveries.sh TRIAL JUDGES [CASES] [SEED]
#
# TRIAL is build/release/tests/recovery/recovery_trial, JUDGES the directory that build.sh filled.
set -euo pipefail

trial=$(realpath "$1")
judges=$(realpath "$2")
cases=${3:-13200}
seed=${4:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=$seed
log_of() {  # LINE SHAPE NAME OPTIONS...
  local directory="$work/engine-$1/$2-$3"
  mkdir -p "$directory"
  number=$((number + 1))
  "$judges/judge-$1" write --seed "$number" --keys 60 --shape "$2" "${@:4}" "$directory" >"$work/said"
}

for line in 0.18 0.27; do
  for shape in text binary random char logs; do
    for writers in 1 4; do
      log_of "$line" "$shape" "$writers" --commits 120 --writers "$writers"
    done
  done
done
"$trial" --cases "$cases" --seed "$seed" --logs "$work"/*/*/aol.bin
rm -r "$work"/engine-*
for line in 0.18 0.27; do
  log_of "$line" long 1 --commits 120
  for shape in text binary random char logs; do
    log_of "$line" "$shape" 10k --commits 40 --value-size 10000
  done
done
"$trial" --cases $((cases / 10)) --seed "$seed" --logs "$work"/*/*/aol.bin
