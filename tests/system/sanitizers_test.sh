#!/usr/bin/env bash
# Builds a sanitizer preset and runs its tests: asan = all unit and mpi tests, tsan = those of src/comm and src/serve.
# ASan's stacks have names without lines (-g would double the time to build; UBSan has lines anyway). With lines:
# cmake --preset asan -DCMAKE_CXX_FLAGS_DEBUG="-O0 -g"
#
# usage: sanitizers_test.sh ROOT asan|tsan
set -euo pipefail

cd "$1"
preset=$2
case $preset in
  asan) tests='_(unit|mpi)_test$' ;;
  tsan) tests='^(comm_(unit|mpi)|serve_unit)_test$' ;;
  *) echo "unknown preset $preset" && exit 1 ;;
esac

# A sanitizer's shadow memory does not go with every address layout that the kernel may choose; without this
# TSan ends some programs at start.
if setarch --addr-no-randomize true 2>/dev/null; then fixed_layout=(setarch --addr-no-randomize); else fixed_layout=(); fi

folder=$PWD/build-$preset
cmake --preset "$preset"
mapfile -t targets < <(ninja -C "$folder" -t targets all | sed -n 's/: phony$//p' | grep -E "$tests" | sort -u)
if ((${#targets[@]} == 0)); then echo "no test is named $tests" && exit 1; fi
cmake --build "$folder" --parallel "$(nproc)" --target "${targets[@]}"
if ! "${fixed_layout[@]}" ctest --preset "$preset" --no-tests=error --parallel "$(nproc)"; then
  echo "What failed, once more, since the log above is long:"
  grep -aE -A 4 '^\[  FAILED|: Failure$|runtime error:|^SUMMARY:' "$folder/Testing/Temporary/LastTest.log" | tail -n 80
  exit 1
fi
