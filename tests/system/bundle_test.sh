#!/usr/bin/env bash
# Makes a bundle and runs it on a bare machine: a root folder with Open MPI, what it depends on, and nothing else.
#
# usage: bundle_test.sh ROOT PROGRAM
set -euo pipefail

root=$1 program=$2
# shellcheck source-path=SCRIPTDIR source=small_quickstart.sh
. "$root/tests/system/small_quickstart.sh"
require patchelf mpirun unshare chroot apt-cache

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bare=$work/bare

# The files of Open MPI, a shell and all that they depend on, as they are installed here.
make_bare_machine() {
  local folder
  local -a packages
  mapfile -t packages < <(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances openmpi-bin dash coreutils | grep -E '^[a-z0-9]' | sort -u)
  mkdir -p "$bare"/{dev,proc,sys,tmp,root,etc,opt}
  # Where /bin and /lib are links into /usr.
  for folder in bin sbin lib lib64; do
    if [[ -L /$folder ]]; then mkdir -p "$bare/usr/$folder" && ln -s "usr/$folder" "$bare/$folder"; fi
  done
  dpkg-query -L "${packages[@]}" | sort -u | while IFS= read -r file; do
    if [[ (! -d $file || -L $file) && -e $file && $file != /usr/share/doc/* ]]; then echo ".$file"; fi
  done >"$work/files"
  find /etc/alternatives -lname '*mpi*' -printf '.%p\n./usr/bin/%f\n' | grep -v '\.gz$' >>"$work/files"
  tar --create --directory / --no-recursion --ignore-failed-read --files-from "$work/files" 2>/dev/null |
    tar --extract --keep-directory-symlink --directory "$bare"
  echo "127.0.0.1 localhost $(hostname)" >"$bare/etc/hosts"
  echo "root:x:0:0::/root:/bin/sh" >"$bare/etc/passwd"
  ldconfig -r "$bare"
  echo "a bare machine of ${#packages[@]} packages, $(du -sh "$bare" | cut -f 1)"
}

# on_bare_machine COMMAND...: in the bundle's folder, with /proc, /dev and /sys, and without what this shell has set.
on_bare_machine() {
  # shellcheck disable=SC2016  # the dollars are those of the shells inside
  unshare --mount --pid --fork sh -c '
    for folder in dev sys; do mount --rbind "/$folder" "$0/$folder" || exit; done
    mount -t proc proc "$0/proc" && exec chroot "$0" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root OMP_WAIT_POLICY=PASSIVE \
      OMPI_MCA_btl_vader_single_copy_mechanism=none sh -c "cd /opt/moved && exec \"\$@\"" sh "$@"' "$bare" "$@"
}

make_bare_machine
"$root/launch/bundle" "$work/bundle" --model --cpu --program "$program"
mv "$work/bundle" "$bare/opt/moved"
(cd "$bare/opt/moved" && du -sh bin lib share licenses)

echo "== the libraries are the bundle's, but for those of the machine"
on_bare_machine env LD_TRACE_LOADED_OBJECTS=1 bin/at2 >"$work/loaded"
for name in libtorch_cpu.so libhdf5_serial.so libyaml-cpp.so libstdc++.so libz.so libgomp.so; do
  grep -q "$name.* => /opt/moved/" "$work/loaded" || { cat "$work/loaded" && echo "FAILED: $name" && exit 1; }
done
if grep -q 'not found' "$work/loaded"; then cat "$work/loaded" && exit 1; fi
on_bare_machine bin/at2 version

echo "== one text, there and here"
printf 'The mill was built in 1911. It burned down in 1950. A school stands there now.' >"$bare/opt/moved/context.txt"
question=(--context context.txt --query "When was the mill built?" --max-new-tokens 12 --format json)
on_bare_machine bin/at2 attribute "${question[@]}" >"$work/there.json"
(cd "$bare/opt/moved" && "$program" attribute "${question[@]}") >"$work/here.json"
# Only the seconds may differ.
without_seconds() { sed '/"seconds": {/,/}/d' "$1"; }
if ! diff <(without_seconds "$work/there.json") <(without_seconds "$work/here.json"); then
  echo "FAILED: the bundle gives another answer" && exit 1
fi
grep -q '"scores"' <(without_seconds "$work/here.json")
head -c 300 "$work/there.json" && echo

echo "== a run on two ranks"
on_bare_machine mpirun --allow-run-as-root --bind-to none --oversubscribe --quiet -n 2 bin/at2 run configs/quickstart.yaml \
  --out /tmp/run --set data.train.max_examples=2 --set data.evaluation.max_examples=1 --set generate.max_new_tokens=8 \
  --set ablate.num_ablations=8 --set train.steps=20 --set 'evaluate.sources=[sentence]' --set 'evaluate.methods=[at2]' \
  --set evaluate.lds_ablations=8 --set model.weight_cache=none >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
test -s "$bare/tmp/run/report.html"
echo "the bundle runs on a bare machine"
