# Cross-compiles the device's runner for arm64 with Debian's g++-aarch64-linux-gnu; tests run under qemu-user-static.
# Its libraries lie in build/arm64-root (tests/arm64/root).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

set(arm64_root ${CMAKE_CURRENT_LIST_DIR}/../build/arm64-root)
get_filename_component(arm64_root ${arm64_root} ABSOLUTE)
set(arm64_libraries ${arm64_root}/usr/lib/aarch64-linux-gnu)
list(APPEND CMAKE_FIND_ROOT_PATH ${arm64_root})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} ${arm64_libraries}/pkgconfig:${arm64_root}/usr/share/pkgconfig)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${arm64_root})

set(arm64_includes "-isystem ${arm64_root}/usr/include -isystem ${arm64_root}/usr/include/aarch64-linux-gnu")
set(CMAKE_C_FLAGS_INIT ${arm64_includes})
set(CMAKE_CXX_FLAGS_INIT ${arm64_includes})
foreach(kind EXE SHARED)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT "-L${arm64_libraries} -Wl,-rpath-link,${arm64_libraries}")
endforeach()

set(CMAKE_CROSSCOMPILING_EMULATOR
    qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH=${arm64_libraries})
