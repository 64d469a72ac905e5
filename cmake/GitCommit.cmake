# at2_commit_header(<target>): <target> may include "at2_commit.h", which defines AT2_COMMIT. It is looked up again at every
# build and rewritten only when it has changed.
function(at2_commit_header target)
  set(folder ${CMAKE_BINARY_DIR}/generated)
  add_custom_target(at2_commit
                    COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DHEADER=${folder}/at2_commit.h
                            -P ${CMAKE_SOURCE_DIR}/cmake/write_commit.cmake
                    BYPRODUCTS ${folder}/at2_commit.h VERBATIM)
  add_dependencies(${target} at2_commit)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
