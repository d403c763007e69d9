#include "device/latency.h"

#include <catch2/catch.hpp>

#include "support/test_package.h"

namespace signpost {

TEST_CASE("single images are timed, and the slow ones are not faster than the middle one") {
  const TestPackage package;
  Engine engine(package.contents.onnx, "test");
  const Latency latency = measure_latency(engine);
  CHECK(latency.images >= 1);
  CHECK(latency.images <= 1000);
  CHECK(latency.p50_ms > 0);
  CHECK(latency.p95_ms >= latency.p50_ms);
}

}  // namespace signpost
