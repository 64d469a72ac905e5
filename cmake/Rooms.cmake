# A room is a folder of src/, a static library at2_<room>, and one noun of the method (docs/architecture.md).

add_library(at2_flags INTERFACE)
# g++ 12 reports overlapping copies in std::string operator+ that cannot happen (GCC bug 105651).
target_compile_options(at2_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

set(AT2_SANITIZE "" CACHE STRING "Sanitizers for our code: address,undefined or thread")
if(AT2_SANITIZE)
  add_compile_options(-fsanitize=${AT2_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${AT2_SANITIZE})
endif()

option(AT2_FUZZ "Build tests/fuzz with clang and libFuzzer (preset fuzz)" OFF)
if(AT2_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "AT2_FUZZ needs clang++ (libFuzzer is part of it): use the preset fuzz, or -DCMAKE_CXX_COMPILER=clang++")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=all)
endif()

# at2_room(<name> [USES <library>...])
# Rooms above LibTorch link torch_dep through at2_torch and share its precompiled <ATen/ATen.h>.
function(at2_room name)
  cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "main\\.cc$")
  if(NOT sources)
    return()
  endif()
  add_library(at2_${name} STATIC ${sources})
  target_include_directories(at2_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(at2_${name} PUBLIC ${ROOM_USES} PRIVATE at2_flags)
  if(at2_torch IN_LIST ROOM_USES)
    target_precompile_headers(at2_${name} REUSE_FROM at2_torch)
  endif()
endfunction()

# at2_room_tests(<name> [USES <library>...])
# tests/<name>/: *_test.cc is `unit`, *_golden_test.cc is `golden`, *_mpi_test.cc is `mpi` (1, 2 and 4 ranks),
# *_e2e_test.cc is `e2e`: it runs the program itself.
function(at2_room_tests name)
  cmake_parse_arguments(ROOM "" "" "USES" ${ARGN})
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cc)
  # Tests share the cores: a thread that waits must not burn the time of the one it waits for.
  set(threads_sleep "OMP_WAIT_POLICY=PASSIVE")
  set(golden ${all})
  set(mpi ${all})
  set(unit ${all})
  list(FILTER golden INCLUDE REGEX "_golden_test\\.cc$")
  list(FILTER mpi INCLUDE REGEX "_mpi_test\\.cc$")
  set(e2e ${all})
  list(FILTER e2e INCLUDE REGEX "_e2e_test\\.cc$")
  list(FILTER unit EXCLUDE REGEX "_(golden|mpi|e2e)_test\\.cc$")
  foreach(label unit golden mpi e2e)
    if(${label})
      set(target ${name}_${label}_test)
      add_executable(${target} ${${label}})
      target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
      target_link_libraries(${target} PRIVATE at2_${name} ${ROOM_USES} at2_test_main at2_flags GTest::gtest GTest::gmock)
      # From the source folder, where test_main.cc goes: with absolute paths, clones could not share objects by ccache.
      target_compile_definitions(${target} PRIVATE AT2_GOLDEN_DIR="tests/golden" AT2_SOURCE_DIR=".")
      # Compiling tests takes longer than running them; the rooms that they test keep their own flags.
      target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
      if(at2_torch IN_LIST ROOM_USES)
        target_precompile_headers(${target} REUSE_FROM at2_torch)
      endif()
      if(label STREQUAL "mpi")
        foreach(ranks 1 2 4)
          add_test(NAME ${target}_np${ranks}
                   COMMAND ${MPIEXEC_EXECUTABLE} --allow-run-as-root --oversubscribe --bind-to none -n ${ranks}
                           $<TARGET_FILE:${target}>)
          set_tests_properties(${target}_np${ranks} PROPERTIES LABELS mpi PROCESSORS 2 TIMEOUT 300
                               ENVIRONMENT "${threads_sleep}")
        endforeach()
      else()
        add_test(NAME ${target} COMMAND ${target})
        set_tests_properties(${target} PROPERTIES LABELS ${label} TIMEOUT 1200 ENVIRONMENT "${threads_sleep}")
        if(NOT label STREQUAL "unit")
          set_tests_properties(${target} PROPERTIES PROCESSORS 2)
        endif()
        if(label STREQUAL "e2e")
          add_dependencies(${target} at2)
          target_compile_definitions(${target} PRIVATE AT2_PROGRAM="${CMAKE_BINARY_DIR}/at2")
          # More false reports about std::string, as above; these files put many texts together.
          target_compile_options(${target} PRIVATE -Wno-stringop-overflow -Wno-array-bounds)
        endif()
      endif()
    endif()
  endforeach()
endfunction()
