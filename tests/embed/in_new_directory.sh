#!/usr/bin/env bash
# in_new_directory.sh COMMAND...: runs it with a new empty directory as its last argument.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$@" "$work"
