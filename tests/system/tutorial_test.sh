#!/usr/bin/env bash
# Runs every command of docs/tutorial.md as it is written, in a copy of what they need: blocks that begin with ```sh. Those
# of "```sh clone" set up and build; they are run in the clone itself, where that is what the program was built from.
#
# usage: tutorial_test.sh ROOT PROGRAM
set -euo pipefail

root=$(cd "$1" && pwd -P) program=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/at2

# The files that the commands read; the program is where launch/build would have put it.
mkdir -p "$copy/build"
(cd "$root" && tar -cf - --exclude=target configs data docs launch README.md src/text/crate tests/golden/tiny-models) |
  tar -xf - -C "$copy"
ln -s "$program" "$copy/build/at2"

# blocks KIND: the lines of the blocks of a kind, and after each block a line that says how far we are.
blocks() {
  awk -v kind="$1" '
    /^```/ && inside { inside = 0; if (wanted) printf "echo \"== $SECONDS s, line %d\"\n", NR; next }
    /^```/ { inside = 1; wanted = $0 == "```" kind; next }
    inside && wanted { print }
  ' "$root/docs/tutorial.md"
}

export OMP_WAIT_POLICY=PASSIVE
if [[ $program == "$root/build/at2" ]]; then
  blocks "sh clone" >"$work/clone.sh"
  (cd "$root" && bash -euo pipefail "$work/clone.sh")
else
  echo "the program is not that of $root/build: set-up and build are left out"
fi

blocks sh >"$work/commands.sh"
count=$(grep -c '^echo "== ' "$work/commands.sh")
((count >= 10)) || { echo "FAILED: docs/tutorial.md has only $count blocks of commands" && exit 1; }
cd "$copy"
# A shell that shows what it runs, as the reader's terminal would.
bash -euo pipefail -v "$work/commands.sh"
for file in runs/mine/report.html runs/mine/estimator.h5 answer.json at2-bundle/bin/at2; do
  [[ -s $file ]] || { echo "FAILED: the commands did not make $file" && exit 1; }
done
echo "$count blocks of commands of the tutorial, $SECONDS s"
