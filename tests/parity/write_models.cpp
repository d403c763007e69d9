// Writes what foreign runtimes are compared on: networks as ONNX, images, and what the device's
// engine says of them.
//
//   write_models FOLDER MANIFEST COUNT RUN PRECISION...
//
// For each of the four networks, with made-up weights, and for the finished run RUN ("-" for none),
// FOLDER gets NAME.images (uint8, COUNT x size x size x 3), and for each precision
// NAME-PRECISION.onnx and NAME-PRECISION.expected (float32, COUNT x classes). FOLDER/models.txt has
// a line "NAME PRECISION SIZE CLASSES COUNT" for each of these.
//
// Beside float32, float16 and int8 there is "planes": float32 in the dialect of OpenCV 4.6. The
// graph begins behind the normalisation, whose constants OpenCV does not spread over the channels
// of NHWC, with NAME.planes (float32, COUNT x 3 x size x size), and the bounds of Clip are
// attributes, as before opset 11.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/rejects.h"
#include "compress/float16.h"
#include "compress/onnx_file.h"
#include "device/engine.h"
#include "image/render.h"
#include "sample/stream.h"
#include "train/activation_ranges.h"
#include "train/calibration.h"
#include "train/onnx_writer.h"
#include "unit/train/weights_of.h"

using namespace signpost;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCalibration = 64;

void write(const fs::path& path, const void* bytes, std::size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  if (!file) throw Error(Blame::environment, "cannot write " + path.string());
}

struct Photographs {
  std::vector<Image> images;
  std::vector<Box> boxes;

  Photographs(const std::string& manifest, std::size_t count) {
    Rejects rejects("write_models", {.file = {}, .strict = true, .quiet = true});
    SampleReader reader(manifest, rejects);
    const Renderer renderer(fs::path{});
    Sample sample;
    while (images.size() < count && reader.next(sample)) {
      std::string wrong;
      if (!renderer.decode(sample, images.emplace_back(), wrong)) throw Error(Blame::input, wrong);
      boxes.push_back(box_of(sample, images.back()));
    }
  }

  std::vector<std::uint8_t> tensors(const Preprocessing& preprocessing) const {
    const auto side = static_cast<std::size_t>(preprocessing.size);
    const std::size_t bytes = side * side * 3;
    std::vector<std::uint8_t> all(images.size() * bytes);
    for (std::size_t i = 0; i < images.size(); ++i)
      preprocess(images[i], boxes[i], preprocessing, std::span(all).subspan(i * bytes, bytes));
    return all;
  }
};

Bytes behind_the_normalisation(ByteView file) {
  onnx::ModelProto model = parse_onnx(file);
  onnx::GraphProto& graph = *model.mutable_graph();
  int first = 0;
  while (graph.node(first).op_type() != "Transpose") ++first;
  onnx::ValueInfoProto& input = *graph.mutable_input(0);
  input.set_name(graph.node(first).output(0));
  auto& tensor = *input.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  const std::int64_t side = tensor.shape().dim(1).dim_value();
  tensor.mutable_shape()->clear_dim();
  for (const std::int64_t each : {std::int64_t{1}, std::int64_t{3}, side, side})
    tensor.mutable_shape()->add_dim()->set_dim_value(each);
  graph.mutable_node()->DeleteSubrange(0, first + 1);
  const auto bounds = initialisers_of(graph);
  for (onnx::NodeProto& node : *graph.mutable_node()) {
    if (node.op_type() != "Clip") continue;
    const char* const names[] = {"min", "max"};
    for (int i = 0; i < 2; ++i) {
      onnx::AttributeProto& attribute = *node.add_attribute();
      attribute.set_name(names[i]);
      attribute.set_type(onnx::AttributeProto::FLOAT);
      attribute.set_f(floats_of(*bounds.at(node.input(1 + i))).at(0));
    }
    node.mutable_input()->DeleteSubrange(1, 2);
  }
  const std::string bytes = model.SerializeAsString();
  return {bytes.begin(), bytes.end()};
}

std::vector<float> planes_of(const std::vector<std::uint8_t>& tensors, std::size_t count,
                             const RunInfo& info) {
  std::vector<float> planes;
  const std::size_t bytes = tensors.size() / count;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t k = c; k < bytes; k += 3) {
        planes.push_back(static_cast<float>(tensors[i * bytes + k]) * (1 / info.deviation[c]) +
                         -info.mean[c] / info.deviation[c]);
      }
    }
  }
  return planes;
}

void write_network(const fs::path& folder, const std::string& name, const Photographs& photographs,
                   const NetworkSpec& spec, const Weights& weights, const RunInfo& info,
                   std::span<char*> precisions, std::ofstream& index) {
  const std::vector<std::uint8_t> tensors = photographs.tensors(info.preprocessing);
  const std::size_t count = photographs.images.size(), bytes = tensors.size() / count;
  const auto classes = static_cast<std::size_t>(spec.classes);
  write(folder / (name + ".images"), tensors.data(), tensors.size());
  const Bytes onnx = write_onnx(spec, weights, info, {});
  for (const std::string precision : precisions) {
    Bytes form = onnx;
    if (precision == "float16") form = to_float16(onnx);
    if (precision == "int8") {
      const std::size_t some = std::min(kCalibration, count);
      form = quantise(onnx, measure_ranges(onnx, std::span(tensors).first(some * bytes), some));
    }
    Engine engine(form, name);
    if (precision == "planes") {
      form = behind_the_normalisation(onnx);
      const std::vector<float> planes = planes_of(tensors, count, info);
      write(folder / (name + ".planes"), planes.data(), planes.size() * sizeof(float));
    }
    std::vector<float> expected(count * classes);
    for (std::size_t i = 0; i < count; ++i) {
      engine.run(std::span(tensors).subspan(i * bytes, bytes),
                 std::span(expected).subspan(i * classes, classes));
    }
    write(folder / (name + "-" + precision + ".onnx"), form.data(), form.size());
    write(folder / (name + "-" + precision + ".expected"), expected.data(),
          expected.size() * sizeof(float));
    index << fmt::format("{} {} {} {} {}\n", name, precision, spec.input_px, spec.classes, count);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 6) {
    fmt::print(stderr, "usage: {} FOLDER MANIFEST COUNT RUN PRECISION...\n", arguments[0]);
    return 2;
  }
  try {
    const fs::path folder = arguments[1];
    const std::string run = arguments[4];
    const Photographs photographs(arguments[2], std::stoul(arguments[3]));
    if (photographs.images.empty()) throw Error(Blame::input, "the manifest has no images");
    const std::span<char*> precisions(arguments + 5, arguments + count);
    std::ofstream index(folder / "models.txt");
    for (const NetworkOptions& options : std::vector<NetworkOptions>{
             {.name = "signnet", .classes = 43},
             {.name = "cnn", .classes = 43, .conv_layers = 4, .fc1 = 128, .fc2 = 64},
             {.name = "mobilenet_v2", .classes = 43},
             {.name = "resnet34", .classes = 43}}) {
      const NetworkSpec spec = make_network(options);
      write_network(folder, spec.name, photographs, spec, weights_of(spec), info_of(spec),
                    precisions, index);
    }
    if (run != "-") {
      const RunInfo info = read_run(run);
      const NetworkSpec spec = info.spec();
      write_network(folder, "trained", photographs, spec, calibrated_weights(run, spec), info,
                    precisions, index);
    }
    return index.flush() ? 0 : 1;
  } catch (const Error& error) {
    fmt::print(stderr, "write_models: {}\n", error.what());
    return 1;
  }
}
