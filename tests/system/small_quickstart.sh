# shellcheck shell=bash
# The quickstart's config made so small that a test can run it several times: the default model, seconds on two cores.
# Needs the variable root.

# shellcheck disable=SC2034,SC2154  # for those who source this
small_quickstart=("$root/configs/quickstart.yaml"
  --set "data.train.path=$root/data/samples/dolly_train.jsonl" --set "data.evaluation.path=$root/data/samples/dolly_heldout.jsonl"
  --set data.train.max_examples=6 --set data.evaluation.max_examples=2 --set generate.max_new_tokens=8
  --set ablate.num_ablations=32 --set train.steps=50 --set 'evaluate.sources=[sentence]'
  --set 'evaluate.methods=[at2, average_attention]' --set evaluate.lds_ablations=16 --set evaluate.bootstrap_samples=50)

# equal_runs A B: compares all that two run folders hold, but for times.
equal_runs() { /usr/bin/python3 "$root/tests/system/equal_runs.py" "$1" "$2"; }

# require TOOL...: ends the test, as skipped or (where every test must run) as failed, if one of them is not there.
require() {
  local tool missing=
  for tool; do command -v "$tool" >/dev/null || missing+=" $tool"; done
  if ((EUID != 0)); then missing+=" root"; fi
  /usr/bin/python3 -c 'import h5py' 2>/dev/null || missing+=" h5py"
  if [[ -z $missing ]]; then return; fi
  echo "not there:$missing (launch/setup --checks installs what this test uses, and it runs as root): nothing was tested"
  exit "$([[ -n ${AT2_TEST_ALL:-} ]] && echo 1 || echo 77)"
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS > until)); then
      echo "FAILED: waited in vain for $what"
      return 1
    fi
    sleep 0.1
  done
}
