#pragma once

#include "device/engine.h"
#include "model/contract.h"
#include "model/package.h"
#include "pixels/pnm.h"
#include "support/onnx_writer.h"

namespace signpost {

/// The contents of a small package that is true in itself: a network with random weights, three
/// classes, and golden vectors from the engine. `contents` holds views of the other members;
/// neither copied nor moved.
struct TestPackage {
  explicit TestPackage(const Preprocessing& preprocessing = {16, 50})
      : TestPackage(preprocessing,
                    tiny_network(preprocessing.size, 3, encode_contract(preprocessing))) {}

  /// With another network of three classes that carries the contract.
  TestPackage(const Preprocessing& preprocessing, std::string network) : onnx(std::move(network)) {
    contents.name = "tiny";
    contents.version = "0.3.1";
    contents.made_by = "0.1.0";
    contents.preprocessing = preprocessing;
    contents.network = "tinynet";
    contents.parameters = 251;
    contents.onnx = as_bytes(onnx);
    contents.labels = {{14, "Stop", "Halt! Vorfahrt gewähren"},
                       {1, "Speed limit 30 km/h", "Zulässige Höchstgeschwindigkeit 30 km/h"},
                       {38, "Keep right", "Rechts vorbei"}};
    contents.metrics = R"({"accuracy":0.5})";
    contents.model_card = "# tiny\n\nRandom weights, for tests.\n";
    Engine engine(contents.onnx, "test network");
    for (std::size_t i = 0; i < images.size(); ++i) {
      const Image image = picture(static_cast<int>(i));
      encode_ppm(image, images[i]);
      const Box roi{2, 3, 30, 28};
      const auto side = static_cast<std::size_t>(preprocessing.size);
      tensors[i].resize(side * side * 3);
      preprocess(image, roi, preprocessing, tensors[i]);
      std::vector<float> probabilities(contents.labels.size());
      engine.run(tensors[i], probabilities);
      contents.golden.push_back({images[i], roi, tensors[i], std::move(probabilities)});
    }
  }
  TestPackage(const TestPackage&) = delete;
  TestPackage& operator=(const TestPackage&) = delete;

  /// A picture of 32x30 pixels; another one for each number.
  static Image picture(int number) {
    Image image(32, 30);
    for (std::size_t i = 0; i < image.rgb.size(); ++i) {
      const auto n = static_cast<std::size_t>(number);
      image.rgb[i] = static_cast<std::uint8_t>(i * (7 + n) / 3 + i / 96 * (n * 5) + n * 40);
    }
    return image;
  }

  std::string onnx;
  std::array<Bytes, 2> images, tensors;
  PackageContents contents;
};

}  // namespace signpost
