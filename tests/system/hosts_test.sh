#!/usr/bin/env bash
# mpirun over two hosts made of network namespaces, with names and addresses of their own and a wire between them: the
# quickstart, made small, on 2 + 2 ranks gives what one rank gives. Then the wire is cut in the middle of a run: the run
# ends with a message and a status that is not 0, and the same command goes on where it stopped.
#
# usage: hosts_test.sh ROOT PROGRAM
set -euo pipefail

root=$1 program=$2
# shellcheck source-path=SCRIPTDIR source=small_quickstart.sh
. "$root/tests/system/small_quickstart.sh"
require mpirun ip nsenter unshare

work=$(mktemp -d)
hosts=() spaces=() pids=()
clean() {
  local status=$? pid
  for pid in "${pids[@]}" "${hosts[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  # What still runs in a namespace (a rank behind the cut wire, for instance).
  for pid in $(left_over); do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$work"
  exit "$status"
}
trap clean EXIT

# The processes of the two hosts, by their network namespace, but for those that hold it.
left_over() {
  local pid space
  for pid in /proc/[0-9]*; do
    space=$(readlink "$pid/ns/net" 2>/dev/null) || continue
    if [[ " ${spaces[*]} " == *" $space "* && " ${hosts[*]} " != *" ${pid#/proc/} "* ]]; then echo "${pid#/proc/}"; fi
  done
}
nothing_left() { [[ -z $(left_over) ]]; }

# start_host NAME: a process that holds a network and a name; its id goes to `hosts`.
start_host() {
  unshare --net --uts sh -c "hostname $1 && exec sleep 1000" &
  hosts+=("$!")
  wait_for 10 "host $1" has_name "$!" "$1"
}
has_name() { [[ $(nsenter -t "$1" -u hostname) == "$2" ]]; }

connect_hosts() {
  local number
  ip link add wire0 netns "${hosts[0]}" type veth peer name wire0 netns "${hosts[1]}"
  for number in 0 1; do
    spaces+=("$(readlink "/proc/${hosts[number]}/ns/net")")
    nsenter -t "${hosts[number]}" -n sh -c "ip addr add 10.77.0.$((number + 1))/24 dev wire0 && ip link set lo up && ip link set wire0 up"
  done
}

# What mpirun starts its daemons with, in place of ssh: agent ADDRESS COMMAND...
write_agent() {
  cat >"$work/agent" <<AGENT
#!/bin/sh
case \$1 in 10.77.0.1) host=${hosts[0]} ;; *) host=${hosts[1]} ;; esac
shift
exec nsenter -t \$host -n -u -- sh -c "\$*"
AGENT
  chmod +x "$work/agent"
}

# run_on_both RUN_FOLDER LOG: two ranks on each host. Sets pid.
run_on_both() {
  nsenter -t "${hosts[0]}" -n -u -- mpirun --allow-run-as-root --bind-to none -n 4 --host 10.77.0.1:2,10.77.0.2:2 \
    --mca plm_rsh_agent "$work/agent" --mca btl self,vader,tcp --mca btl_tcp_if_include wire0 --mca oob_tcp_if_include wire0 \
    --mca mpi_yield_when_idle 1 "${keepalive[@]}" "$program" run "${small_quickstart[@]}" --set model.threads=1 --out "$1" >"$2" 2>&1 &
  pid=$!
  pids+=("$pid")
}
# mpirun asks after a silent daemon every 2 s, and gives it up after 3 times (5 minutes without this).
keepalive=(--mca oob_tcp_keepalive_time 2 --mca oob_tcp_keepalive_intvl 2 --mca oob_tcp_keepalive_probes 3)

is_over() { ! kill -0 "$1" 2>/dev/null; }
has_shards() { (($(find "$1" -name '*.h5' 2>/dev/null | wc -l) >= $2)); }
export OMPI_MCA_btl_vader_single_copy_mechanism=none

echo "== one host, one rank"
"$program" run "${small_quickstart[@]}" --out "$work/one" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }

echo "== $SECONDS s: two hosts, two ranks each"
start_host at2-a
start_host at2-b
connect_hosts
write_agent
run_on_both "$work/two" "$work/log"
wait "$pid" || { cat "$work/log" && exit 1; }
grep -A 4 '"hosts"' "$work/two/provenance.json"
equal_runs "$work/one" "$work/two"

echo "== $SECONDS s: the wire is cut in the middle"
run_on_both "$work/cut" "$work/log"
wait_for 180 "two shards of ablate" has_shards "$work/cut/ablations" 2
nsenter -t "${hosts[1]}" -n ip link set wire0 down
cut=$SECONDS
wait_for 60 "the end of the run" is_over "$pid"
status=0
wait "$pid" || status=$?
cat "$work/log"
echo "exit status $status, $((SECONDS - cut)) s after the cut"
((status != 0)) || { echo "FAILED: a run that lost a host claims success" && exit 1; }
grep -q "lost communication" "$work/log" || { echo "FAILED: no message says what happened" && exit 1; }
wait_for 60 "the end of the ranks on both hosts" nothing_left
echo "nothing runs on either host $((SECONDS - cut)) s after the cut"
# mpirun notices some seconds after the cut: fast ranks may be through with ablate by then, but not with the run.
shards=$(find "$work/cut/ablations" -name '*.h5' | wc -l)
if [[ -e $work/cut/metrics.json ]]; then echo "FAILED: the cut came too late" && exit 1; fi

echo "== $SECONDS s: the same command goes on with what is missing ($((6 - shards)) of 6 chunks of ablate, and what follows)"
nsenter -t "${hosts[1]}" -n ip link set wire0 up
run_on_both "$work/cut" "$work/log"
wait "$pid" || { cat "$work/log" && exit 1; }
equal_runs "$work/one" "$work/cut"
echo "== $SECONDS s: done"
