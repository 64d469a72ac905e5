#!/usr/bin/env bash
# A real SLURM of one machine: the quickstart, made small, as a chain of jobs with two ranks each (srun --mpi=pmix). One
# stage is told that its time is nearly over, as the time limit does; another is preempted. Both are queued again and go
# on; the outcome equals that of an undisturbed run.
#
# usage: slurm_test.sh ROOT PROGRAM
set -euo pipefail

root=$1 program=$2
# shellcheck source-path=SCRIPTDIR source=small_quickstart.sh
. "$root/tests/system/small_quickstart.sh"
# shellcheck source-path=SCRIPTDIR source=slurm_cluster.sh
. "$root/tests/system/slurm_cluster.sh"
require munged slurmctld slurmd sbatch srun

work=$(mktemp -d)
cluster_pids=()
show_and_clean() {
  local status=$?
  if ((status != 0)); then tail -n 100 "$work"/cluster/log/* "$work"/run/slurm/* 2>/dev/null || true; fi
  stop_cluster
  rm -rf "$work"
  exit "$status"
}
trap show_and_clean EXIT
# In containers without ptrace (see launch/local).
export OMPI_MCA_btl_vader_single_copy_mechanism=none

# shards FOLDER: how many there are.
shards() { find "$work/run/$1" -name '*.h5' 2>/dev/null | wc -l; }
has_shards() { (($(shards "$1") >= $2)); }
job_of() { sed -n "s/^submit: $1 is job //p" "$work/submitted"; }
# field JOB NAME: as scontrol shows it.
field() { scontrol show job "$1" | grep -o "\b$2=[^ ]*" | head -n 1 | cut -d = -f 2; }
is_requeued() { (($(field "$1" Restarts) >= 1)); }
is_over() { [[ $(field "$1" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL)$ ]]; }

echo "== an undisturbed run, one rank"
"$program" run "${small_quickstart[@]}" --out "$work/undisturbed" >"$work/undisturbed.log" 2>&1 || {
  cat "$work/undisturbed.log"
  exit 1
}
echo "$SECONDS s"

echo "== a SLURM in $work/cluster"
start_cluster "$work/cluster"
sinfo
"$root/launch/slurm/submit" "${small_quickstart[@]}" --out "$work/run" --program "$program" --tasks 2 --mem 2000 --time 10 \
  2>&1 | tee "$work/submitted"

echo "== the stage ablate is told that its time is nearly over"
wait_for 180 "a shard of ablate" has_shards ablations 1
scancel --batch --signal=USR1 "$(job_of ablate)"
wait_for 60 "its requeue" is_requeued "$(job_of ablate)"
echo "$SECONDS s: $(shards ablations) of 6 shards"

echo "== the stage evaluate is preempted"
wait_for 180 "a shard of evaluate" has_shards scores 1
scontrol requeue "$(job_of evaluate)"
echo "$SECONDS s: $(shards scores) of 2 shards"

wait_for 180 "the last job" is_over "$(job_of report)"
echo "== $SECONDS s"
for stage in generate ablate train evaluate report; do
  job=$(job_of "$stage")
  printf '%-9s job %s %s, started %s times\n' "$stage" "$job" "$(field "$job" JobState)" "$(($(field "$job" Restarts) + 1))"
  [[ $(field "$job" JobState) == COMPLETED ]] || failed=yes
done
[[ -z ${failed:-} ]]
for stage in ablate evaluate; do
  is_requeued "$(job_of "$stage")" || {
    echo "FAILED: $stage was not queued again"
    exit 1
  }
  cat "$work/run/slurm/at2-$stage-"*
done
equal_runs "$work/undisturbed" "$work/run"
