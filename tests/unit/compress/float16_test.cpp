#include "compress/float16.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "small_network.h"

namespace signpost {

TEST_CASE("every float16 number survives the way to float32 and back") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_of_half(half);
    if (std::isnan(value)) {
      CHECK((bits & 0x7c00u) == 0x7c00u);
    } else if (half_of(value) != half) {
      FAIL("0x" << std::hex << bits << " comes back as 0x" << half_of(value));
    }
  }
}

TEST_CASE("float16 numbers have the values that IEEE 754 gives them") {
  CHECK(float_of_half(0x3c00) == 1.0f);
  CHECK(float_of_half(0xc000) == -2.0f);
  CHECK(float_of_half(0x7bff) == 65504.0f);
  CHECK(float_of_half(0x0400) == 0x1p-14f);
  CHECK(float_of_half(0x0001) == 0x1p-24f);
  CHECK(float_of_half(0x7c00) == std::numeric_limits<float>::infinity());
}

TEST_CASE("a float between two halves goes to the nearer one, from the middle to the even one") {
  const float step = 0x1p-10f;  // between 1 and 2
  CHECK(half_of(1 + 0.49f * step) == 0x3c00);
  CHECK(half_of(1 + 0.51f * step) == 0x3c01);
  CHECK(half_of(1 + 0.5f * step) == 0x3c00);
  CHECK(half_of(1 + 1.5f * step) == 0x3c02);
  CHECK(half_of(2 - 0.25f * step) == 0x4000);  // into the next exponent
  CHECK(half_of(0x1p-25f) == 0x0000);          // the middle of nothing and the least number
  CHECK(half_of(0x1.8p-24f) == 0x0002);
  CHECK(half_of(-0x1.004p-14f) == 0x8401);
}

TEST_CASE("what float16 cannot hold becomes infinite") {
  CHECK(half_of(65519.0f) == 0x7bff);
  CHECK(half_of(65520.0f) == 0x7c00);
  CHECK(half_of(-1e30f) == 0xfc00);
}

TEST_CASE(
    "a float16 network has its weights as halves behind a Cast, and its biases as they were") {
  const Bytes halved = to_float16(checked_onnx(small_network()));
  const onnx::ModelProto model = parse_onnx(halved);
  const auto all = initialisers_of(model.graph());
  REQUIRE(all.contains("conv.weight.half"));
  CHECK(all.at("conv.weight.half")->data_type() == onnx::TensorProto::FLOAT16);
  CHECK(shape_of(*all.at("conv.weight.half")) == std::vector<std::int64_t>{2, 3, 1, 1});
  CHECK(all.at("conv.weight.half")->raw_data().size() == 12);
  CHECK_FALSE(all.contains("conv.weight"));
  CHECK(floats_of(*all.at("fc.bias")) == std::vector<float>{0, 1});
  const onnx::NodeProto& cast = model.graph().node(0);
  CHECK(cast.op_type() == "Cast");
  CHECK(cast.output(0) == "conv.weight");
  CHECK(to_float16(checked_onnx(small_network())) == halved);
}

TEST_CASE("a weight beyond float16 is refused by the name of its tensor") {
  onnx::ModelProto model = small_network();
  for (onnx::TensorProto& each : *model.mutable_graph()->mutable_initializer()) {
    if (each.name() != "fc.weight") continue;
    const std::vector<float> large = {1, 2, 70000, 3};
    each.set_raw_data(large.data(), large.size() * sizeof(float));
  }
  CHECK_THROWS_WITH(to_float16(checked_onnx(model)), Catch::Contains("fc.weight"));
}

}  // namespace signpost
