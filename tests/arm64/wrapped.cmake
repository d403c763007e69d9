# `run`'s cases with programs of another architecture: each stands behind a script that gives it to the emulator.
set(wrapped ${PROJECT_BINARY_DIR}/wrapped)
foreach(target signpost signpost-run make_test_package make_hostile_packages c_example)
  list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
  file(GENERATE OUTPUT ${wrapped}/${target}
       CONTENT "#!/bin/sh\nexec ${emulator} $<TARGET_FILE:${target}> \"$@\"\n"
       FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
file(GLOB cases CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} cli/run/*/cmd)
foreach(case ${cases})
  file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${case} script)
  if(script MATCHES "signpost (annotate|capture|package|serve|submit|update|verify)")
    continue()  # the other end of a pipe stays at home
  endif()
  get_filename_component(case ${case} DIRECTORY)
  add_test(NAME ${case}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/cli/run_case ${CMAKE_CURRENT_SOURCE_DIR}/${case} ${wrapped})
  set_tests_properties(${case} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endforeach()
