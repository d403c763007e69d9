# The tests of what goes to a device; arm64 has these and no others.
foreach(room base pixels codecs queue)
  add_unit_tests(${room})
endforeach()

# What several test programs share: ONNX files and packages made on the spot.
add_library(test_support STATIC support/onnx_writer.cpp)
target_include_directories(test_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(test_support PUBLIC signpost_base PRIVATE signpost_flags)
add_unit_tests(model test_support)
add_unit_tests(device test_support)
add_unit_tests(run test_support)
add_executable(make_test_package support/make_test_package.cpp)
target_link_libraries(make_test_package PRIVATE signpost_codecs signpost_device test_support signpost_flags)
add_executable(make_hostile_packages support/make_hostile_packages.cpp)
target_link_libraries(make_hostile_packages PRIVATE signpost_device test_support signpost_flags)
set_target_properties(make_test_package make_hostile_packages PROPERTIES
                      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

# The C interface as another program sees it: its example, against the shared library.
add_executable(c_example ${PROJECT_SOURCE_DIR}/docs/examples/classify.c)
set_target_properties(c_example PROPERTIES C_STANDARD 99 C_EXTENSIONS OFF
                      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
target_compile_options(c_example PRIVATE -Wall -Wextra -pedantic -Werror)
target_include_directories(c_example PRIVATE ${PROJECT_SOURCE_DIR}/lib/device)
target_link_libraries(c_example PRIVATE device_shared)
add_test(NAME device/symbols COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/device_symbols
         ${PROJECT_SOURCE_DIR}/lib/device/signpost_device.h $<TARGET_FILE:device_shared>)
