#!/usr/bin/env bash
# Tries launch/slurm/submit and the job scripts in a copy whose path has spaces, with stand-ins for SLURM and at2.
#
# usage: slurm_submit_test.sh ROOT
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
refused() {
  local message=$1
  shift
  try "$submit" "$@"
  expect "'$*' is refused" test "$status" = 1
  expect "'$*': the message" contains "$output" "$message"
}

# config: what a config resolves to; data: two sets; a stage: $STAGE_STATUS, or waits for a signal.
# shellcheck disable=SC2016  # the dollars are the stand-ins'
make_stand_ins() {
  mkdir -p "$clone/build" "$folder/bin"
  cp -r "$1/launch" "$clone/launch"
  cat >"$clone/build/at2" <<'STAND_IN'
#!/bin/bash
case $1 in
  config)
    grep -q broken "$2" && echo "error: broken" >&2 && exit 1
    printf '%s\n' "name: small" "model:" "  path: default" "  threads: ${THREADS:-0}" "evaluate:" "  sources: ${SOURCES:-[token]}" \
      "  methods: ${METHODS:-[at2, esm]}" "prune:" "  methods: [at2_general]" "  kept: ${KEPT:-[]}" "store:" "  chunk_size: 2" ;;
  data) printf '%s\n' "train: t (dolly, 1 file)" "  used 21" "  prompt of x:" "" "evaluation: e (dolly, 1 file)" "  used 4" ;;
  *)
    echo "<$*>"
    [[ -z ${WAITS:-} ]] && exit "${STAGE_STATUS:-0}"
    trap 'echo "stopped in order"; exit 75' USR1
    for ((i = 0; i < 200; ++i)); do sleep 0.05; done ;;
esac
STAND_IN
  printf '%s\n' '#!/bin/bash' 'for word; do [[ $word == *"${REFUSE:-nothing}.sbatch" ]] && exit 1; done' \
    'echo x >>"$JOBS"' 'echo "$((100 + $(wc -l <"$JOBS")));cluster"' >"$folder/bin/sbatch"
  printf '%s\n' '#!/bin/bash' 'shift' 'exec "$@"' >"$folder/bin/srun"
  printf '%s\n' '#!/bin/bash' 'echo "scontrol $*"' 'exit "${SCONTROL_STATUS:-0}"' >"$folder/bin/scontrol"
  printf '%s\n' '#!/bin/bash' 'echo "scancel $*"' >"$folder/bin/scancel"
  chmod +x "$folder"/bin/* "$clone/build/at2"
  export PATH=$folder/bin:$PATH JOBS=$folder/jobs
  echo "name: small" >"$folder/config.yaml"
  echo "broken" >"$folder/broken.yaml"
  submit=$clone/launch/slurm/submit
}

submits() {
  try "$submit" config.yaml --out "my run" --tasks 4 --cpus 2 --set a.b=c --time 1:00:00 --sbatch --qos=low
  expect "submit succeeds" test "$status" = 0
  expect "one job per stage" test "$(grep -c -- --parsable <<<"$output")" = 5
  expect "the second waits for the first" contains "$output" "--dependency=afterok:101 "
  expect "and so on" contains "$output" "--dependency=afterok:104 "
  expect "the folder of what jobs say is there" test -d "$folder/my run/slurm"
  expect "options are handed on" contains "$output" "--ntasks=4 --cpus-per-task=2 --time=1:00:00 --qos=low"
  expect "ranks use the cores that they get" contains "$output" "--set model.threads=2"
  expect "the ranks are told in time" contains "$output" "--signal=B:USR1@120"
  try env THREADS=3 "$submit" config.yaml --out "my run"
  expect "unless the config says how many" lacks "$output" "--set model.threads"
  try env REFUSE=train "$submit" config.yaml --out "my run"
  expect "a refused job fails" test "$status" = 1
  expect "and takes the others with it" contains "$output" "scancel 1"
}

chooses() {
  rm -f "$JOBS"
  try "$submit" config.yaml --dry-run --tasks 4 --array 8 --signal-seconds 60
  expect "--dry-run submits nothing" test ! -e "$JOBS"
  expect "--dry-run makes nothing" test ! -e "$folder/runs"
  # 21 and 4 examples, 2 in a chunk, 4 ranks: 13, 11 and 2 chunks.
  expect "generate has 4 jobs" grep -q '^generate=.*--array=0-3 ' <<<"$output"
  expect "ablate has 3 jobs" grep -q '^ablate=.*--array=0-2 ' <<<"$output"
  expect "evaluate has 1 job" grep -q '^evaluate=.*--parsable' <<<"$(grep -v -- --array <<<"$output")"
  expect "--signal-seconds is taken" contains "$output" "--signal=B:USR1@60"
  try bash -c "$output && echo \"last: \$report\""
  expect "the lines can be run" contains "$output" "last: 105"
  try env METHODS='[at2_general, esm]' SOURCES='[]' KEPT='[3]' "$submit" config.yaml --dry-run
  expect "a config without at2 that prunes" test "$(sed -n 's/=.*sbatch.*//p' <<<"$output" | tr '\n' ' ')" = "generate prune report "
  try "$submit" config.yaml --dry-run --one-job
  expect "--one-job is one job" test "$(grep -c -- --parsable <<<"$output")" = 1
}

refuses() {
  refused "no config was named"
  refused "nowhere.yaml cannot be read" nowhere.yaml
  refused "the config is not accepted" broken.yaml
  refused "two configs" config.yaml broken.yaml
  refused "--tasks 0 is impossible (it is a whole number from 1 on)" config.yaml --tasks 0
  refused "--nodes two is impossible" config.yaml --nodes two
  refused "unknown option --task" config.yaml --task 2
  refused "--tasks needs a value" config.yaml --tasks
  refused "a rank uses one GPU" config.yaml --gpus 2
  refused "config.yaml is not a folder of yours" config.yaml --out "$folder/config.yaml/run"
  refused "at2 is not built" config.yaml --program nowhere
  # Without SLURM: only the tools that the script itself needs.
  mkdir -p "$folder/bare"
  local tool
  for tool in bash awk env dirname readlink realpath sed grep; do ln -sf "$(command -v "$tool")" "$folder/bare/$tool"; done
  try env PATH="$folder/bare" "$submit" config.yaml
  expect "without SLURM the message names --dry-run" contains "$output" "there is no sbatch"
  try env PATH="$folder/bare" "$submit" config.yaml --dry-run --no-check
  expect "--dry-run needs no SLURM" test "$status" = 0
}

# Runs the job script of a stage as SLURM does: from a copy elsewhere.
job() {
  cp "$clone/launch/slurm/$1.sbatch" "$folder/slurm_script"
  bash "$folder/slurm_script" "$clone" "${@:2}"
}

stages() {
  export SLURM_JOB_ID=7 SLURM_CPUS_PER_TASK=2
  # shellcheck disable=SC2016  # for the job, not for us
  try job ablate --set-up 'export WORD=$((6 * 7)); echo "word $WORD, $NOT_SET"' config.yaml --out "my run"
  expect "a stage succeeds" test "$status" = 0
  expect "it is started with its arguments" contains "$output" "<ablate config.yaml --out my run>"
  expect "--set-up is run first" contains "$output" "word 42,"
  try env STAGE_STATUS=3 bash -c "$(declare -f job); folder='$folder' clone='$clone'; job train config.yaml"
  expect "a failure is handed on" test "$status" = 3
  expect "a failure is not queued again" lacks "$output" "scontrol"
  try env STAGE_STATUS=75 bash "$folder/slurm_script" "$clone" config.yaml
  expect "exit status 75 queues the job again" contains "$output" "scontrol requeue 7"
  try env STAGE_STATUS=75 SLURM_RESTART_COUNT=2 bash "$folder/slurm_script" "$clone" --max-requeues 2 config.yaml
  expect "but not for ever" contains "$output" "not queued again: this was start 3"
  try env STAGE_STATUS=75 SCONTROL_STATUS=1 bash "$folder/slurm_script" "$clone" config.yaml
  expect "a refused requeue is said" contains "$output" "submit it once more"
  try bash "$folder/slurm_script" "$clone" --launch "no-such-launcher -n 2" config.yaml
  expect "a missing launcher is named" contains "$output" "there is no no-such-launcher"
}

signals() {
  local signal
  cp "$clone/launch/slurm/ablate.sbatch" "$folder/slurm_script"
  for signal in USR1 TERM; do
    (cd "$folder" && WAITS=yes exec bash "$folder/slurm_script" "$clone" config.yaml) >"$folder/log" 2>&1 &
    local pid=$!
    for _ in {1..100}; do
      if grep -q '<ablate' "$folder/log"; then break; fi
      sleep 0.05
    done
    # The stand-in says so just before it takes signals.
    sleep 0.2
    kill "-$signal" "$pid"
    status=0
    wait "$pid" || status=$?
    output=$(<"$folder/log")
    expect "SIG$signal: the ranks stop in order" contains "$output" "stopped in order"
    expect "SIG$signal: the job is queued again" contains "$output" "scontrol requeue 7"
    expect "SIG$signal: the exit status is the ranks'" test "$status" = 75
  done
}

output=
make_stand_ins "$1"
for part in submits chooses refuses stages signals; do "$part"; done
if ((failures > 0)); then exit 1; fi
echo "launch/slurm does as it says"
