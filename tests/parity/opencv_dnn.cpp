// OpenCV's DNN gives what the device's engine gives for the networks in FOLDER (write_models.cpp).
#include <fmt/format.h>

#include <opencv2/dnn.hpp>

#include "compared.h"

using namespace signpost;

int main(int count, char** arguments) {
  if (count != 2) {
    fmt::print(stderr, "usage: {} FOLDER\n", arguments[0]);
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  const std::vector<ForeignModel> models = read_models(folder);
  bool all = !models.empty();
  for (const ForeignModel& model : models) {
    const std::string stem = model.name + "-" + model.precision;
    const std::size_t numbers = model.size * model.size * 3;
    auto images = read_numbers<float>(folder / (model.name + ".planes"), model.count * numbers);
    const auto expected =
        read_numbers<float>(folder / (stem + ".expected"), model.count * model.classes);
    std::vector<float> got;
    try {
      cv::dnn::Net network = cv::dnn::readNetFromONNX((folder / (stem + ".onnx")).string());
      const int side = static_cast<int>(model.size);
      for (std::size_t i = 0; i < model.count; ++i) {
        const cv::Mat input(std::vector<int>{1, 3, side, side}, CV_32F,
                            images.data() + i * numbers);
        network.setInput(input);
        const cv::Mat output = network.forward();
        got.insert(got.end(), output.ptr<float>(), output.ptr<float>() + output.total());
      }
    } catch (const cv::Exception& error) {
      fmt::print("{}: OpenCV refuses it: {}\n", stem, error.what());
      all = false;
      continue;
    }
    all = got.size() == expected.size() && agrees(model, expected, got) && all;
  }
  return all ? 0 : 1;
}
