# The C interface as libraries for other programs: libsignpost_device.a holds the rooms that a device needs,
# libsignpost_device.so shows the functions of signpost_device.h alone. The latter shares Debian's libraries, whose
# archives are not position-independent enough to go into another shared one.
include(GNUInstallDirs)
set(device_objects)
foreach(room base pixels codecs model device)
  list(APPEND device_objects $<TARGET_OBJECTS:signpost_${room}>)
endforeach()
set(device_libraries signpost_base signpost_pixels signpost_codecs signpost_model signpost_device)

add_library(device_archive STATIC ${device_objects})
set_target_properties(device_archive PROPERTIES OUTPUT_NAME signpost_device
                      ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/device)

add_library(device_shared SHARED device/c_interface.cpp)
target_link_libraries(device_shared PRIVATE ${device_libraries} signpost_flags)
target_compile_definitions(device_shared PRIVATE SIGNPOST_VERSION="${PROJECT_VERSION}")
target_link_options(device_shared PRIVATE
  -Wl,--gc-sections -Wl,--no-undefined
  -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/device/signpost_device.map)
set_target_properties(device_shared PROPERTIES OUTPUT_NAME signpost_device SOVERSION 1 VERSION 1.0.0
                      LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/device/signpost_device.map
                      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/device)

# What a program needs beside the archive, in the order of linking.
set(SIGNPOST_DEVICE_PRIVATE "-lpng16 -ljpeg -lwebpdemux -lwebp -lfmt -ldeflate -lcrypto -lsodium -lpthread -lm -lstdc++")
configure_file(device/signpost_device.pc.in ${PROJECT_BINARY_DIR}/device/signpost_device.pc @ONLY)
install(TARGETS device_archive device_shared ARCHIVE LIBRARY)
install(FILES device/signpost_device.h TYPE INCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/device/signpost_device.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
