#!/usr/bin/env bash
# Builds the judges and installs them as judge-0.18, judge-0.27, judge-1.0 and judge-1.1 into the
# directory given (default: bin in the target directory).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/../../build/interop}
bin=${1:-$CARGO_TARGET_DIR/bin}
mkdir -p "$bin"
for manifest in judge judge/line-1.0; do
  cargo build --release --locked --workspace --manifest-path "$here/$manifest/Cargo.toml"
done
for line in 0.18 0.27 1.0 1.1; do
  install "$CARGO_TARGET_DIR/release/judge-${line/./-}" "$bin/judge-$line"
done
