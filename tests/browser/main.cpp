#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <cstdio>

#include "browser/browser.h"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  const std::string missing = signpost::Browser::missing();
  if (!missing.empty()) {
    std::printf("skipped: %s\n", missing.c_str());
    return kSkipped;
  }
  return Catch::Session().run(argc, argv);
}
