# Sourced by apps/run and tests/run: installs what a build needs, and builds. Everything it says goes
# to standard error, so that standard output belongs to the program.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

# What CMakeLists.txt and tests/CMakeLists.txt look for.
build_packages=(g++ cmake ninja-build pkg-config liblz4-dev libxxhash-dev libfmt-dev libcli11-dev
  nlohmann-json3-dev libspdlog-dev catch2 scdoc python3)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 74; }

# The command that makes the rest of the line run as root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root or sudo; run as root once: apt-get install $missing"
  fi
}

# install_packages NAME...: those that are not there yet.
install_packages() {
  command -v apt-get >/dev/null || return 0  # another system: cmake says what it does not find
  missing=''
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+="${missing:+ }$package"
  done
  [ -n "$missing" ] || return 0
  say "installing: $missing"
  as_root apt-get -qq update >&2
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    $missing >&2
}

# As many compilers as there are processors, but no more than the memory carries: a GiB each.
build_jobs() {
  local processors gibibytes
  processors=$(nproc)
  gibibytes=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  [ "$gibibytes" -ge 1 ] || gibibytes=1
  echo $((processors < gibibytes ? processors : gibibytes))
}

# Configures where that was not done, or was done for a tree at another place.
configure() {
  if [ -f "$build/build.ninja" ] &&
    grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$build/CMakeCache.txt"; then
    return 0
  fi
  install_packages "${build_packages[@]}"
  say "configuring"
  (cd "$root" && cmake --fresh --preset release) >&2
}

# build_target NAME...: one at a time in a tree. Says nothing when there is nothing to do.
build_target() {
  mkdir -p "$build"
  (
    flock 9
    configure
    if ! ninja -C "$build" -n "$@" | grep -q 'no work to do'; then
      say "building $*: this takes a few minutes the first time"
      ninja -C "$build" -j "$(build_jobs)" "$@" >&2
    fi
  ) 9>"$build/.lock"
}
