# Every third-party library is named here, and nowhere else.
#
# Given on the command line or in the environment, both optional:
#   AT2_DEPS   folder that launch/setup filled (LibTorch, default model, Punkt parameters, crates)
#   TORCH_DIR  folder of a LibTorch 2.11 of your own: the one that has include/ and lib/
# Neither default is cached: the deps folder's name changes with the pins.

if(NOT AT2_DEPS)
  execute_process(COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/launch/setup --print-dir
                  OUTPUT_VARIABLE AT2_DEPS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
               ${CMAKE_CURRENT_SOURCE_DIR}/launch/wheels.txt ${CMAKE_CURRENT_SOURCE_DIR}/src/text/crate/Cargo.lock)
endif()
if(NOT TORCH_DIR)
  if(NOT "$ENV{TORCH_DIR}" STREQUAL "")
    set(TORCH_DIR $ENV{TORCH_DIR})
  else()
    set(TORCH_DIR ${AT2_DEPS}/site-packages/torch)
  endif()
endif()
if(NOT EXISTS ${TORCH_DIR}/lib/libtorch_cpu.so)
  message(FATAL_ERROR "LibTorch is not in ${TORCH_DIR} (no lib/libtorch_cpu.so there): run launch/setup, or set TORCH_DIR")
endif()
# src/model calls operators that LibTorch does not promise to keep.
file(STRINGS ${TORCH_DIR}/include/torch/headeronly/version.h torch_version REGEX "define TORCH_VERSION_M[AJINOR]+ ")
list(TRANSFORM torch_version REPLACE "[^0-9]" "")
if(NOT torch_version STREQUAL "2;11")
  message(WARNING "the LibTorch in ${TORCH_DIR} is not 2.11 (${torch_version}): AT2 has been tried with that version only")
endif()

# Only the two CPU libraries: libtorch.so would need libtorch_cuda.so, which the program loads itself where it is usable.
foreach(library c10 torch_cpu)
  add_library(torch::${library} SHARED IMPORTED)
  set_target_properties(torch::${library} PROPERTIES IMPORTED_LOCATION ${TORCH_DIR}/lib/lib${library}.so)
endforeach()
add_library(torch_dep INTERFACE)
target_include_directories(torch_dep SYSTEM INTERFACE ${TORCH_DIR}/include)
target_compile_definitions(torch_dep INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
target_link_libraries(torch_dep INTERFACE torch::torch_cpu torch::c10)
# at::parallel_for is a template: compiled without OpenMP it is a plain loop. The OpenMP library must be LibTorch's own copy,
# where it has one, since at::set_num_threads sets the threads of that one.
file(GLOB torch_openmp ${TORCH_DIR}/lib/libgomp*.so*)
if(NOT torch_openmp)
  set(torch_openmp gomp)
endif()
target_compile_options(torch_dep INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fopenmp>)
target_link_libraries(torch_dep INTERFACE $<$<CXX_COMPILER_ID:GNU>:${torch_openmp}>)

find_package(Threads REQUIRED)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(HDF5 REQUIRED COMPONENTS CXX)
find_package(yaml-cpp REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
find_package(nlohmann_json REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
find_path(ZSTD_INCLUDE zstd.h REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_program(CCACHE ccache)
if(CCACHE)
  # Without this sloppiness ccache keeps no object that uses the precompiled header. With the inode cache it does not
  # read the 400 MB of that header for each of them. With the base folder, clones at other paths share what it keeps.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                  CCACHE_INODECACHE=true CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

add_library(hdf5_dep INTERFACE)
target_include_directories(hdf5_dep SYSTEM INTERFACE ${HDF5_CXX_INCLUDE_DIRS})
target_link_libraries(hdf5_dep INTERFACE ${HDF5_CXX_LIBRARIES})

# OpenMPI's C++ bindings are long deprecated; leaving them out also keeps their warnings out.
add_library(mpi_dep INTERFACE)
target_link_libraries(mpi_dep INTERFACE MPI::MPI_CXX)
target_compile_definitions(mpi_dep INTERFACE OMPI_SKIP_MPICXX)

add_library(yaml_dep INTERFACE)
target_link_libraries(yaml_dep INTERFACE yaml-cpp)

add_library(zstd_dep INTERFACE)
target_include_directories(zstd_dep SYSTEM INTERFACE ${ZSTD_INCLUDE})
target_link_libraries(zstd_dep INTERFACE ${ZSTD_LIBRARY})
