# at2_embed(<target> <file>...)
# Makes the texts of the files (paths relative to the source folder of the caller) constants of <target>:
# #include "embedded/<room>.h" gives a std::string_view named after each file, page.css as page_css, in at2::embedded.
# A room's name is that of its target without "at2_".
function(at2_embed target)
  string(REPLACE "at2_" "" room ${target})
  set(folder ${CMAKE_BINARY_DIR}/embedded_text/${target})
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  string(REPLACE ";" "," names "${files}")
  add_custom_command(
    OUTPUT ${folder}/embedded/${room}.h
    COMMAND ${CMAKE_COMMAND} -DHEADER=${folder}/embedded/${room}.h -DFILES=${names}
            -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/embedded/${room}.h)
  target_include_directories(${target} PRIVATE ${folder})
endfunction()
