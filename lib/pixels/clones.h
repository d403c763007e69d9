#pragma once

/// For inner loops over pixels: GCC compiles them once more for wider vectors and the loader
/// chooses. Only for loops whose result does not depend on it: integers, and floats in a fixed
/// order.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define SIGNPOST_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SIGNPOST_CLONES
#endif
