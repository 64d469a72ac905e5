# The Rust static library behind at2_text (src/text/crate): target at2_text_crate, rebuilt when its sources change.
#
# Cargo works offline: `launch/setup` has fetched the crates of Cargo.lock into ${AT2_DEPS}/cargo. What cargo compiled lies in
# ${AT2_DEPS}/rust-target, which all build folders share; the finished library is copied into the build folder, so that
# another clone cannot change it.

find_program(AT2_CARGO cargo DOC "Cargo of Rust 1.85 or newer")
if(NOT AT2_CARGO)
  message(FATAL_ERROR "There is no cargo on PATH (the tokenizer is a Rust library): run launch/setup, or set AT2_CARGO")
endif()

set(crate ${CMAKE_SOURCE_DIR}/src/text/crate)
set(crate_library ${CMAKE_BINARY_DIR}/libat2_text_crate.a)
file(GLOB crate_sources CONFIGURE_DEPENDS ${crate}/src/*.rs)
set(rust_target ${AT2_DEPS}/rust-target)
set(rust_release ${rust_target}/release)
set(rust_flags "")
set(rust_arguments "")
if(AT2_FUZZ)
  # Coverage that libFuzzer sees, and overflow checks; the address sanitizer needs an unstable compiler.
  set(rust_target ${CMAKE_BINARY_DIR}/rust-target)
  set(rust_flags "RUSTFLAGS=-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3\
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Coverflow-checks -Cdebug-assertions")
  # With a target named, the flags are not for what runs while building.
  set(rust_arguments --target ${CMAKE_SYSTEM_PROCESSOR}-unknown-linux-gnu)
  set(rust_release ${rust_target}/${CMAKE_SYSTEM_PROCESSOR}-unknown-linux-gnu/release)
endif()
add_custom_command(
  OUTPUT ${crate_library}
  COMMAND ${CMAKE_COMMAND} -E env CARGO_HOME=${AT2_DEPS}/cargo CARGO_TARGET_DIR=${rust_target} ${rust_flags}
          ${AT2_CARGO} build ${rust_arguments} --release --locked --offline --quiet --manifest-path ${crate}/Cargo.toml
  COMMAND ${CMAKE_COMMAND} -E copy ${rust_release}/libat2_text.a ${crate_library}
  DEPENDS ${crate_sources} ${crate}/Cargo.toml ${crate}/Cargo.lock
  COMMENT "Building the Rust library of src/text (minutes the first time)"
  VERBATIM)
add_custom_target(at2_text_crate_build DEPENDS ${crate_library})

# GLOBAL: tests/ and benchmarks/ link it through at2_text.
add_library(at2_text_crate STATIC IMPORTED GLOBAL)
set_target_properties(at2_text_crate PROPERTIES IMPORTED_LOCATION ${crate_library}
                                                INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
add_dependencies(at2_text_crate at2_text_crate_build)
