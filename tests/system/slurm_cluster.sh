# shellcheck shell=bash
# A SLURM of one machine, in a folder of its own: own keys, ports and processes, no systemd. Needs root and small_quickstart.sh's wait_for.

# start_cluster FOLDER: makes it there and sets SLURM_CONF. stop_cluster ends it.
start_cluster() {
  local folder=$1 ports
  cluster_pids=()
  mkdir -p "$folder"/{state,spool,log}
  # munged takes no folder that others may write to above its socket.
  chmod 755 "$folder"
  head -c 128 /dev/urandom >"$folder/munge.key"
  chmod 600 "$folder/munge.key"
  read -ra ports <<<"$(free_ports)"
  write_slurm_conf "$folder" "${ports[@]}" >"$folder/slurm.conf"
  export SLURM_CONF=$folder/slurm.conf
  munged --foreground --force --socket "$folder/munge.socket" --key-file "$folder/munge.key" --num-threads 2 \
    --log-file "$folder/log/munged" --pid-file "$folder/munged.pid" --seed-file "$folder/munge.seed" 2>/dev/null &
  cluster_pids+=("$!")
  wait_for 20 "munged's socket" test -S "$folder/munge.socket"
  slurmctld -D -i -f "$SLURM_CONF" >/dev/null 2>&1 &
  cluster_pids+=("$!")
  wait_for 20 "slurmctld" scontrol ping
  slurmd -D -f "$SLURM_CONF" >/dev/null 2>&1 &
  cluster_pids+=("$!")
  wait_for 30 "an idle node" node_is_idle
}

# A job that is queued again counts as one until scancel has reached it.
no_job_is_left() { [[ -z $(timeout 10 squeue --noheader) ]]; }

node_is_idle() { [[ $(sinfo --noheader --format %T) == idle ]]; }

# Two ports that nobody listens on.
free_ports() {
  python3 -c 'import socket
sockets = [socket.socket() for _ in range(2)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])'
}

# write_slurm_conf FOLDER CONTROL_PORT NODE_PORT. The two-core machine poses as one of four; cred_expire is also how long a
# requeued job waits (120 s without it).
write_slurm_conf() {
  local host
  host=$(hostname -s)
  cat <<CONF
ClusterName=at2test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$2
SlurmdPort=$3
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$1/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd.pid
SlurmctldLogFile=$1/log/slurmctld
SlurmdLogFile=$1/log/slurmd
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
MpiDefault=pmix
ReturnToService=2
JobRequeue=1
KillWait=20
MinJobAge=600
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 Boards=1 SocketsPerBoard=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 State=UNKNOWN
PartitionName=ci Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
}

# stop_cluster: ends jobs and daemons, whatever state they are in.
stop_cluster() {
  local pid
  if [[ -n ${SLURM_CONF:-} ]]; then
    timeout 20 scancel --user=root 2>/dev/null || true
    # Without slurmd nobody would end what a job has started. SLURM itself kills after KillWait.
    wait_for 40 "the end of all jobs" no_job_is_left || true
  fi
  # slurmd first: it reports to slurmctld, which asks munged.
  for ((i = ${#cluster_pids[@]} - 1; i >= 0; --i)); do
    pid=${cluster_pids[i]}
    kill "$pid" 2>/dev/null || continue
    for _ in {1..50}; do kill -0 "$pid" 2>/dev/null && sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  done
  cluster_pids=()
}
