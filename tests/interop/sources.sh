# Sourced: a work directory that goes away, and the sound databases in testdata, which the others damage.
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sources=()
while IFS= read -r directory; do sources+=("$directory"); done < <(
  find "$here/../../testdata" -maxdepth 2 -type d \( -path '*/engine-*/*' -o -path '*/surrealdb-*/*' \) | sort)
