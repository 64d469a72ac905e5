#!/usr/bin/env bash
# Tries launch/local and launch/quickstart in a copy whose path has spaces, with stand-ins for mpirun and at2.
#
# usage: launch_test.sh ROOT
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
clone="$folder/a clone"
# shellcheck source-path=SCRIPTDIR source=expectations.sh
. "$1/tests/system/expectations.sh"

# Runs a command from another folder: its output in $output, its exit status in $status.
try() {
  status=0
  output=$(cd "$folder" && "$@" 2>&1) || status=$?
}

mkdir -p "$clone/build" "$clone/configs" "$folder/bin"
cp -r "$1/launch" "$clone/launch"
echo "name: quickstart" >"$clone/configs/quickstart.yaml"
printf '#!/bin/sh\nexit 0\n' >"$clone/build/at2"
# Set-up and build have tests of their own.
printf '#!/bin/sh\nexit 0\n' | tee "$clone/launch/setup" >"$clone/launch/build"
# shellcheck disable=SC2016  # for the stand-in, not for us
printf '%s\n' '#!/bin/sh' 'if [ "$1" = --version ]; then echo "mpirun (Open MPI) 4.1.4"; exit; fi' \
  'for argument in "$@"; do echo "<$argument>"; done' 'exit "${MPIRUN_STATUS:-0}"' >"$folder/bin/mpirun"
chmod +x "$clone/build/at2" "$clone/launch/setup" "$clone/launch/build" "$folder/bin/mpirun"
export PATH=$folder/bin:$PATH

try "$clone/launch/local" 1 "$clone/configs/quickstart.yaml" --set "name=two words"
expect "local succeeds" test "$status" = 0
expect "arguments stay whole" contains "$output" "<name=two words>"
expect "the program's path stays whole" contains "$output" "<$clone/build/at2>"
expect "ranks are not bound" contains "$output" "<--bind-to>"
expect "one rank does not oversubscribe" lacks "$output" "--oversubscribe"
if ((EUID == 0)); then expect "root is allowed" contains "$output" "<--allow-run-as-root>"; fi

try "$clone/launch/local" 1000 "$clone/configs/quickstart.yaml"
expect "more ranks than cores oversubscribe" contains "$output" "<--oversubscribe>"

try env MPIRUN_STATUS=3 "$clone/launch/local" 1 "$clone/configs/quickstart.yaml"
expect "the program's exit status is handed on" test "$status" = 3

for ranks in 0 -1 two 1.5 ''; do
  try "$clone/launch/local" "$ranks" "$clone/configs/quickstart.yaml"
  expect "'$ranks' ranks are refused" test "$status" = 1
  expect "the message names '$ranks'" contains "$output" "$ranks is not a number of ranks"
done
try "$clone/launch/local" 2 nowhere.yaml
expect "a missing config is refused" contains "$output" "nowhere.yaml cannot be read"
expect "a missing config fails" test "$status" = 1

ln -s "$clone/launch/quickstart" "$folder/bin/try-at2"
try try-at2
expect "quickstart succeeds through a link" test "$status" = 0
expect "quickstart's run folder is the clone's" contains "$output" "<$clone/runs/quickstart>"
expect "quickstart says where the report is" contains "$output" "$clone/runs/quickstart/report.html"
try "$clone/launch/quickstart" --out "my run"
expect "--out is taken" contains "$output" "the report lies in $folder/my run/report.html"
expect "--out is given once" test "$(grep -c -- '<--out>' <<<"$output")" = 1
try env MPIRUN_STATUS=1 "$clone/launch/quickstart"
expect "a failing run fails quickstart" test "$status" = 1
expect "a failing run has no report" lacks "$output" "report lies"

rm "$clone/build/at2"
try "$clone/launch/local" 2 "$clone/configs/quickstart.yaml"
expect "a missing build is named" contains "$output" "at2 is not built"

if ((failures > 0)); then exit 1; fi
echo "launch/local and launch/quickstart do as they say"
