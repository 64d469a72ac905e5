#!/usr/bin/env bash
# Tries launch/setup in a copy of the clone: the whole of it once (network, or the shared deps folder), then without
# network, without root, killed midway, and with a wrong checksum. Needs root.
#
# usage: setup_test.sh ROOT
set -euo pipefail

root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source-path=SCRIPTDIR source=expectations.sh
. "$root/tests/system/expectations.sh"
try() {
  status=0
  output=$("$@" 2>&1) || status=$?
}
# Everything is fetched once, into the folder that this machine's builds use, so that reruns cost nothing.
shared=$("$root/launch/setup" --print-dir)
clone="$work/a clone"
mkdir -p "$clone/src/text/crate/src"
cp -r "$root/launch" "$clone/launch"
cp "$root"/src/text/crate/Cargo.* "$clone/src/text/crate/"
cp "$root"/src/text/crate/src/* "$clone/src/text/crate/src/"

second_run() {
  try "$root/launch/setup"
  expect "set-up succeeds" test "$status" = 0
  try unshare --net "$root/launch/setup"
  expect "a second run succeeds without network" test "$status" = 0
  expect "a second run is silent" test -z "$output"
  try unshare --net "$root/launch/setup" --check
  expect "--check finds everything" test "$status" = 0
}

folders() {
  try env -u AT2_DEPS "$clone/launch/setup" --print-dir
  expect "--print-dir prints one line" test "$(wc -l <<<"$output")" = 1
  expect "--print-dir makes nothing" test ! -e "$work/cache"
  try env -u AT2_DEPS XDG_CACHE_HOME="$work/cache" "$clone/launch/setup" --print-dir
  expect "XDG_CACHE_HOME is used" contains "$output" "$work/cache/at2/"
  local before=$output
  try env AT2_DEPS="$work/own deps" "$clone/launch/setup" --print-dir
  expect "AT2_DEPS is used" test "$output" = "$work/own deps"
  echo "# another pin" >>"$clone/launch/wheels.txt"
  try env -u AT2_DEPS XDG_CACHE_HOME="$work/cache" "$clone/launch/setup" --print-dir
  expect "other pins have another folder" test "$output" != "$before"
  sed -i '$d' "$clone/launch/wheels.txt"
  echo "# another pin" >>"$clone/launch/wheels-openai.txt"
  try env -u AT2_DEPS XDG_CACHE_HOME="$work/cache" "$clone/launch/setup" --print-dir
  expect "pins that only checks use move no folder" test "$output" = "$before"
  sed -i '$d' "$clone/launch/wheels-openai.txt"
}

without_root() {
  mkdir "$work/bin"
  printf '#!/bin/sh\necho "installed ca-certificates"\nexit 1\n' >"$work/bin/dpkg-query"
  # A sudo that always asks for a password that nobody types.
  printf '#!/bin/sh\nexit 1\n' >"$work/bin/sudo"
  chmod 755 "$work" "$work/bin" "$work"/bin/*
  chmod -R a+rX "$clone"
  try setpriv --reuid nobody --regid nogroup --clear-groups env -i HOME=/nonexistent AT2_DEPS="$work/nobody" \
    PATH="$work/bin:/usr/bin:/bin" "$clone/launch/setup" </dev/null
  expect "missing packages without root fail" test "$status" = 1
  expect "the message has the exact packages" contains "$output" \
    "apt-get install --no-install-recommends g++ cmake ninja-build ccache git"
  expect "packages that are there are left out" test -z "$(grep -o 'ask your.*ca-certificates' <<<"$output")"
}

bad_torch_dir() {
  try env TORCH_DIR="$work" AT2_DEPS="$work/torch deps" "$clone/launch/setup"
  expect "a folder without LibTorch is refused" test "$status" = 1
  expect "the message names it" contains "$output" "$work has no lib/libtorch_cpu.so"
}

# A small item stands for all: the sentence splitter's parameters. Crates and LibTorch are as in the shared folder.
prepare_without_punkt() {
  local item
  rm -rf "$1"
  mkdir -p "$1"
  for item in site-packages models cargo; do cp -al "$shared/$item" "$1/$item" 2>/dev/null || cp -a "$shared/$item" "$1/$item"; done
}

wrong_checksum() {
  local deps="$work/wrong/deps"
  prepare_without_punkt "$deps"
  sed -i.kept -E 's/^(punkt .*sha256:)..../\10000/' "$clone/launch/wheels.txt"
  try env AT2_DEPS="$deps" "$clone/launch/setup"
  expect "a wrong checksum fails" test "$status" = 1
  expect "the checksums are named" contains "$output" "DO NOT MATCH THE HASHES"
  expect "nothing is left of it" test ! -e "$deps/punkt"
  mv "$clone/launch/wheels.txt.kept" "$clone/launch/wheels.txt"
}

killed() {
  local deps="$work/killed/deps" signal tenth pid interrupted=0
  for signal in INT TERM KILL; do
    for tenth in 1 4 8; do
      prepare_without_punkt "$deps"
      # A process group of its own, as a terminal's Ctrl-C reaches it.
      # (A script's background commands ignore SIGINT unless told otherwise.)
      AT2_DEPS=$deps env --default-signal=INT setsid "$clone/launch/setup" >/dev/null 2>&1 &
      pid=$!
      sleep "0.$tenth"
      kill -s "$signal" -- "-$pid" 2>/dev/null || true
      wait "$pid" 2>/dev/null || true
      if [[ -e $deps/punkt ]]; then
        expect "SIG$signal after 0.$tenth s: an item in its place is whole" test -s "$deps/punkt/ortho_context.tab"
      else
        interrupted=$((interrupted + 1))
      fi
    done
    try env AT2_DEPS="$deps" "$clone/launch/setup"
    expect "after SIG$signal set-up goes on" test "$status" = 0
    expect "after SIG$signal nothing temporary is left" test -z "$(find "$deps" -maxdepth 1 -name '.scratch.*')"
    try env AT2_DEPS="$deps" unshare --net "$clone/launch/setup"
    expect "after SIG$signal everything is there" test "$status" = 0 -a -z "$output"
  done
  expect "some set-ups were killed before they were done" test "$interrupted" -gt 2
}

two_at_once() {
  local deps="$work/twice/deps" first second
  prepare_without_punkt "$deps"
  AT2_DEPS=$deps "$clone/launch/setup" >"$work/first" 2>&1 &
  first=$!
  AT2_DEPS=$deps "$clone/launch/setup" >"$work/second" 2>&1 &
  second=$!
  expect "the first of two succeeds" wait "$first"
  expect "the second of two succeeds" wait "$second"
  expect "the item was made once" test "$(cat "$work/first" "$work/second" | grep -c 'done in')" = 1
}

reused() {
  mkdir -p "$work/cache/at2/other-pins"
  cp -al "$shared"/{site-packages,models,punkt} "$work/cache/at2/other-pins/" 2>/dev/null ||
    cp -a "$shared"/{site-packages,models,punkt} "$work/cache/at2/other-pins/"
  cp -a "$shared/cargo" "$work/cache/at2/other-pins/"
  local deps
  deps=$(env -u AT2_DEPS XDG_CACHE_HOME="$work/cache" "$clone/launch/setup" --print-dir)
  mkdir -p "$deps"
  cp -a "$shared/cargo" "$deps/"
  try env -u AT2_DEPS XDG_CACHE_HOME="$work/cache" unshare --net "$clone/launch/setup"
  expect "the folder of other pins is reused without network" test "$status" = 0
  expect "and that is said" contains "$output" "linked from another clone's folder"
}

output=
for part in second_run folders without_root bad_torch_dir wrong_checksum killed two_at_once reused; do
  echo "== $part"
  "$part"
done
if ((failures > 0)); then exit 1; fi
echo "launch/setup does as it says"
