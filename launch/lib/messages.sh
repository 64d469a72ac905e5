# shellcheck shell=bash
# Messages of the scripts in launch/: "problem (why): what to do".

# fail PROBLEM WHY WHAT_TO_DO: the message, then exit status 1.
fail() {
  printf '%s: %s (%s): %s\n' "${0##*/}" "$1" "$2" "$3" >&2
  exit 1
}

# step WORDS...: one line of progress.
step() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# run_quietly LOG COMMAND...: the command's output goes to LOG, and its end is shown if the command fails. File descriptor
# 9 is set-up's lock: a command that outlives a killed set-up must not keep it.
run_quietly() {
  local log=$1
  shift
  if "$@" >"$log" 2>&1 9>&-; then return 0; fi
  tail -n 40 "$log" >&2
  return 1
}
