#!/usr/bin/env bash
# Lets the engines write logs of every shape, damages them at random, and counts how often the
# reader brings back all that the format allows: of the legacy lines, then of the framed ones.
#
#   tests/interop/recoveries.sh TRIALS JUDGES [CASES] [SEED]
#
# TRIALS is build/release/tests/recovery, JUDGES the directory that build.sh filled. Each half tries
# about so many cases. Exit 1 when a framed log did not give back all, or more.
set -euo pipefail

trials=$(realpath "$1")
judges=$(realpath "$2")
cases=${3:-13200}
seed=${4:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shapes=(text binary random char logs)
framed_kinds=22

number=$seed
log_of() {  # LINE SHAPE NAME OPTIONS...
  local directory="$work/engine-$1/$2-$3"
  mkdir -p "$directory"
  number=$((number + 1))
  "$judges/judge-$1" write --seed "$number" --keys 60 --shape "$2" "${@:4}" "$directory" >"$work/said"
}
small_logs() {  # LINE
  local shape writers
  for shape in "${shapes[@]}"; do
    for writers in 1 4; do
      log_of "$1" "$shape" "$writers" --commits 120 --writers "$writers"
    done
  done
}
large_logs() {  # LINE
  local shape
  log_of "$1" long 1 --commits 120
  for shape in "${shapes[@]}"; do
    log_of "$1" "$shape" 10k --commits 40 --value-size 10000
  done
}

for line in 0.18 0.27; do small_logs "$line"; done
"$trials/recovery_trial" --cases "$cases" --seed "$seed" --logs "$work"/*/*/aol.bin
rm -r "$work"/engine-*
for line in 0.18 0.27; do large_logs "$line"; done
"$trials/recovery_trial" --cases $((cases / 10)) --seed "$seed" --logs "$work"/*/*/aol.bin
rm -r "$work"/engine-*
for line in 1.0 1.1; do
  small_logs "$line"
  large_logs "$line"
done
logs=("$work"/*/*/aol.bin)
"$trials/framed_trial" --seeds $((cases / (${#logs[@]} * framed_kinds) + 1)) --first "$seed" \
  --show "${logs[@]}"
