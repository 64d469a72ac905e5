# shellcheck shell=bash
# Distribution packages and the Rust compiler. Needs lib/messages.sh.

# The oldest Rust that builds the crates of Cargo.lock.
readonly rust_minor=85

# wanted_packages EXTRA...: prints the distribution packages that AT2 is built with, one a line, and those of the extras
# checks and benchmarks.
# Debian 12 is tested; the names of Ubuntu 22.04 and 24.04 are the same, but nobody has tried them.
wanted_packages() {
  printf '%s\n' g++ cmake ninja-build ccache git pkg-config libopenmpi-dev openmpi-bin libhdf5-dev libyaml-cpp-dev \
    libboost-program-options-dev libgtest-dev libgmock-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev libzstd-dev \
    python3 python3-pip ca-certificates
  # Ubuntu 22.04's g++ is version 11.
  if [[ $(distribution) == ubuntu-22.04 ]]; then echo g++-12; fi
  if [[ " $* " == *" checks "* ]]; then
    printf '%s\n' clang-format-14 shellcheck zsh groff-base python3-h5py slurm-wlm munge iproute2 patchelf chromium chromium-driver \
      python3-selenium
  fi
  if [[ " $* " == *" benchmarks "* ]]; then echo libbenchmark-dev; fi
}

# Prints "debian-12", "ubuntu-24.04" or "unknown".
distribution() {
  if [[ -r /etc/os-release ]]; then
    (. /etc/os-release && echo "${ID:-unknown}-${VERSION_ID:-}")
  else
    echo unknown
  fi
}

# missing_packages NAME...: prints those that are not installed.
missing_packages() {
  local status
  # dpkg-query fails when it knows nothing of a package: such a one is missing too.
  status=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  local name
  for name in "$@"; do
    grep -qx "installed $name" <<<"$status" || echo "$name"
  done
}

# rust_is_new_enough FOLDER: whether FOLDER has a cargo and a rustc of at least 1.$rust_minor.
rust_is_new_enough() {
  local version
  [[ -x $1/cargo && -x $1/rustc ]] || return 1
  version=$("$1/rustc" --version 2>/dev/null) || return 1
  [[ $version =~ ^rustc\ ([0-9]+)\.([0-9]+) ]] || return 1
  ((BASH_REMATCH[1] > 1 || BASH_REMATCH[2] >= rust_minor))
}

# Prints the folder of a new enough Rust: the one on PATH, else a versioned one of the distribution.
find_rust() {
  local folder
  folder=$(dirname "$(command -v cargo || echo /nowhere/cargo)")
  for folder in "$folder" /usr/lib/rust-1.*/bin; do
    if rust_is_new_enough "$folder"; then
      echo "$folder"
      return 0
    fi
  done
  return 1
}

# Prints the distribution's packages of a new enough Rust, or nothing. Reads the package lists, except on Debian 12.
rust_packages() {
  local version
  if [[ $(distribution) == debian-12 ]]; then
    echo rustc-web cargo-web
    return
  fi
  version=$(apt-cache pkgnames rustc-1. 2>/dev/null | sed -n 's/^rustc-1\.\([0-9]*\)$/\1/p' | sort -n | tail -n 1)
  if ((${version:-0} >= rust_minor)); then echo "rustc-1.$version cargo-1.$version"; fi
}

# as_root COMMAND...: runs it as root; status 77 if there is no way to.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 77
  fi
}

# Installs the packages named, with one line of progress.
install_packages() {
  local log status=0
  log=$(mktemp)
  step "installing $# distribution packages: $*"
  as_root true || status=$?
  if ((status != 0)); then
    rm -f "$log"
    fail "distribution packages are missing" "installing them takes root or sudo, and there is neither" \
      "ask your administrator for: apt-get install --no-install-recommends $*"
  fi
  if ! run_quietly "$log" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update; then
    step "the package lists could not be renewed; going on with those that are there"
  fi
  run_quietly "$log" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y install --no-install-recommends "$@" || status=$?
  rm -f "$log"
  if ((status != 0)); then
    fail "the distribution packages were not installed" "apt-get failed as shown above" \
      "run it by hand: apt-get install --no-install-recommends $*"
  fi
}

# Installs what is missing of the distribution's packages, Rust included. Arguments: as wanted_packages.
ensure_packages() {
  local -a wanted missing rust=()
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    ensure_tools_without_apt
    return
  fi
  mapfile -t wanted < <(wanted_packages "$@")
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  find_rust >/dev/null || read -ra rust <<<"$(rust_packages)"
  if ((${#missing[@]} + ${#rust[@]} > 0)); then install_packages "${missing[@]}" "${rust[@]}"; fi
  find_rust >/dev/null && return
  # A fresh machine's package lists were empty until now.
  read -ra rust <<<"$(rust_packages)"
  if ((${#rust[@]} > 0)); then install_packages "${rust[@]}"; fi
  find_rust >/dev/null || fail_without_rust
}

# On a system without apt (a cluster's modules, another distribution) nothing is installed, only looked for.
ensure_tools_without_apt() {
  local tool
  local -a absent=()
  for tool in g++ cmake ninja mpicxx mpirun h5c++ python3 git; do
    command -v "$tool" >/dev/null || absent+=("$tool")
  done
  if ((${#absent[@]} > 0)); then
    fail "these tools are missing: ${absent[*]}" "this system has no apt-get, so that set-up cannot install them" \
      "load or install what Debian calls: $(wanted_packages | tr '\n' ' ')"
  fi
  find_rust >/dev/null || fail_without_rust
}

fail_without_rust() {
  fail "there is no Rust compiler" "cargo and rustc of at least version 1.$rust_minor are needed, and neither PATH nor \
the distribution has them" "install Rust with rustup, or put the folder of a newer cargo and rustc first on PATH"
}
