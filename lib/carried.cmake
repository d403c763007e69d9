# What goes to a device carries its libraries in itself (target property SIGNPOST_SLIM): one file to copy, nothing to
# relocate at its start, and only the code that it calls. Every other program shares Debian's libraries. The rooms are
# compiled once for both; which library stands behind carried_NAME is decided where a program is linked.
define_property(TARGET PROPERTY SIGNPOST_SLIM)
define_property(TARGET PROPERTY SIGNPOST_SMALL)

# add_carried(NAME SHARED ARCHIVE...): SHARED for most programs, the archives (in the order of linking) for slim ones.
function(add_carried name shared)
  set(archives)
  foreach(archive ${ARGN})
    find_library(CARRIED_${archive} ${archive} REQUIRED)
    list(APPEND archives ${CARRIED_${archive}})
  endforeach()
  add_library(carried_${name} INTERFACE)
  target_link_libraries(carried_${name} INTERFACE
    "$<$<BOOL:$<TARGET_PROPERTY:SIGNPOST_SLIM>>:${archives}>"
    "$<$<NOT:$<BOOL:$<TARGET_PROPERTY:SIGNPOST_SLIM>>>:${shared}>")
endfunction()

add_carried(png PNG::PNG libpng16.a libz.a)
add_carried(jpeg JPEG::JPEG libjpeg.a)
add_carried(webp PkgConfig::WEBP libwebpdemux.a libwebp.a)
add_carried(deflate PkgConfig::DEFLATE libdeflate.a)
add_carried(crypto OpenSSL::Crypto libcrypto.a)
add_carried(sodium PkgConfig::SODIUM libsodium.a)
if(TARGET TBB::tbb)
  add_carried(tbb TBB::tbb)
else()
  add_library(carried_tbb INTERFACE)  # nothing that goes to a device needs it
endif()

# Debian has no libfmt.a: its one source file is a header too.
add_library(fmt_archive STATIC EXCLUDE_FROM_ALL lib/fmt_archive.cpp)
target_compile_options(fmt_archive PRIVATE -ffunction-sections -fdata-sections)
target_include_directories(fmt_archive PRIVATE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
add_carried(fmt fmt::fmt)
target_compile_definitions(carried_fmt INTERFACE FMT_SHARED)  # as in the precompiled header that every command shares
target_link_libraries(carried_fmt INTERFACE $<$<BOOL:$<TARGET_PROPERTY:SIGNPOST_SLIM>>:fmt_archive>)

# libstdc++ stays shared: it is part of Debian's base system, and carrying it costs 0.7 MB to save 0.6 ms.
function(make_slim target)
  set_target_properties(${target} PROPERTIES SIGNPOST_SLIM ON)
  target_link_options(${target} PRIVATE -Wl,--gc-sections -Wl,-z,pack-relative-relocs)
endfunction()

# Code that runs once and reads a command line or a manifest: small is faster than fast.
function(compile_small)
  foreach(target ${ARGN})
    set_target_properties(${target} PROPERTIES SIGNPOST_SMALL ON)
  endforeach()
endfunction()
