# shellcheck shell=bash
# What shell tests say of the command that was tried last, whose output is in $output. Failed ones are counted in
# $failures.

failures=0

# expect WHAT COMMAND...
expect() {
  local what=$1
  shift
  if ! "$@"; then
    echo "FAILED: $what"
    [[ -z ${output:-} ]] || echo "  it said: $output"
    failures=$((failures + 1))
  fi
}
contains() { grep -qF -- "$2" <<<"$1"; }
lacks() { ! contains "$@"; }
