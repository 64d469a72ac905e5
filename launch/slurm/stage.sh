# shellcheck shell=bash
# One stage as a batch job: starts the ranks, tells them when the time is nearly over, and queues the job again when they
# stopped in order. Sourced by the scripts *.sbatch, which SLURM runs from a copy elsewhere.

# run_stage COMMAND ROOT [--launch WORDS] [--set-up LINE] [--program FILE] [--max-requeues N] CONFIG [ARGUMENT...]
run_stage() {
  local command=$1 root=$2 program=$2/build/at2 set_up='' max_requeues=100 status=0
  local -a launch=(srun --mpi=pmix)
  # shellcheck source-path=SCRIPTDIR source=../lib/messages.sh
  . "$root/launch/lib/messages.sh"
  shift 2
  while (($# > 0)); do
    case $1 in
      --launch) read -ra launch <<<"$2" ;;
      --set-up) set_up=$2 ;;
      --program) program=$2 ;;
      --max-requeues) max_requeues=$2 ;;
      *) break ;;
    esac
    shift 2
  done
  [[ -x $program || ! -x $root/bin/at2 ]] || program=$root/bin/at2
  prepare_environment "$set_up"
  command -v "${launch[0]}" >/dev/null || fail "there is no ${launch[0]}" "it is not on PATH in the job on $(hostname)" \
    "name another with --launch, or load a module with --set-up"
  [[ -x $program ]] || fail "there is no $program" "it is not on $(hostname), or not a program" \
    "build it (launch/setup, launch/build) in a folder that the compute nodes see"
  say "at2 $command starts on ${SLURM_JOB_NODELIST:-$(hostname)}, start $((${SLURM_RESTART_COUNT:-0} + 1))"
  start_ranks "${launch[@]}" "$program" "$command" "$@" || status=$?
  case $status in
    0) say "at2 $command is done" ;;
    75) queue_again "$command" "$max_requeues" ;;
    *) say "at2 $command failed with exit status $status, see above; the same command goes on with what is missing" ;;
  esac
  return "$status"
}

say() { echo "$(date -u +%FT%TZ) job ${SLURM_JOB_ID:-none}: $*"; }

# prepare_environment SET_UP
prepare_environment() {
  # Written for the user's shell (module load ...), where unset variables are no error.
  if [[ -n $1 ]]; then
    set +u
    eval "$1"
    set -u
  fi
  # Since 22.05 srun does not take this over from sbatch itself.
  if [[ -n ${SLURM_CPUS_PER_TASK:-} ]]; then export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK; fi
}

# start_ranks LAUNCH... PROGRAM ARGUMENT...: runs them to their end and returns their exit status. SIGUSR1 (the time is
# nearly over) and SIGTERM (the job is preempted or cancelled) become SIGUSR1 for the ranks, which finish what they have
# in hand: srun and mpirun hand that one on to all ranks, while SIGTERM ends mpirun itself.
start_ranks() {
  local pid status signalled=yes
  "$@" &
  pid=$!
  trap 'signalled=yes; say "told to stop; the ranks finish what they have in hand"; kill -USR1 "$pid" 2>/dev/null || true' USR1 TERM
  # A trapped signal ends `wait` before the ranks end.
  while [[ -n $signalled ]]; do
    signalled='' status=0
    wait "$pid" || status=$?
  done
  trap '' USR1 TERM
  return "$status"
}

# queue_again COMMAND MAX_REQUEUES: the same job, once more.
queue_again() {
  local answer=
  if ((${SLURM_RESTART_COUNT:-0} >= $2)); then
    say "at2 $1 stopped in order, but not queued again: this was start $((SLURM_RESTART_COUNT + 1)) (--max-requeues $2)"
  # SLURM queues a job that it preempts again itself, and then refuses with these words.
  elif answer=$(scontrol requeue "$SLURM_JOB_ID" 2>&1) || [[ $answer == *"pending execution"* ]]; then
    say "at2 $1 stopped in order; the job is queued again"
  else
    say "at2 $1 stopped in order, but the job could not be queued again: submit it once more, it goes on where it stopped"
  fi
  if [[ -n $answer ]]; then echo "$answer"; fi
}
