// make_hostile_packages DIR: packages that must be refused, DIR/KIND.signpost. Digests and zip are
// sound: what is wrong lies deeper. With --onnx their networks too, DIR/KIND.onnx.
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "support/test_package.h"

namespace signpost {
namespace {

using Ints = std::vector<std::int64_t>;
using Networks = std::map<std::string, std::string>;

constexpr int kSize = 16, kFloat = 1, kFloat16 = 10;
const OnnxAttribute kTransposed{"transB", std::int64_t{1}};

/// An image as [N,3,16,16] and the contract of a test package.
struct Start : OnnxWriter {
  Start() : OnnxWriter(kSize) {
    metadata(kContractKey, encode_contract({kSize, 50}));
    image = normalised({1, 1, 1}, {0, 0, 0});
  }
  /// Three probabilities from `input`, [N,`count`,…].
  std::string ending(const std::string& input, std::int64_t count) {
    const std::string flat = node("Flatten", {input});
    return file(node(
        "Softmax",
        {node("Gemm",
              {flat, weight({3, count}, random_numbers(static_cast<std::size_t>(3 * count), 1))},
              {kTransposed})}));
  }
  std::string image;
};

Networks hostile_networks() {
  Networks networks;
  const auto add = [&](const std::string& kind, auto make) {
    Start onnx;
    networks[kind] = make(onnx);
  };
  add("cycle", [](Start& o) {
    o.node("Relu", {"b"}, {}, "a");
    return o.ending(o.node("Relu", {"a"}, {}, "b"), 768);
  });
  add("own_output", [](Start& o) { return o.ending(o.node("Relu", {"a"}, {}, "a"), 768); });
  add("twice", [](Start& o) {
    o.node("Relu", {o.image}, {}, "a");
    return o.ending(o.node("Relu", {o.image}, {}, "a"), 768);
  });
  add("missing_weight", [](Start& o) {
    return o.ending(o.node("Conv", {o.image, "gone"}, {{"kernel_shape", Ints{1, 1}}}), 768);
  });
  add("short_weight", [](Start& o) {
    return o.ending(o.node("Conv", {o.image, o.stored(kFloat, {3, 3, 1, 1}, "four")}), 768);
  });
  add("negative_shape", [](Start& o) {
    return o.ending(o.node("Conv", {o.image, o.stored(kFloat, {-3, 3, 1, 1}, "")}), 768);
  });
  add("endless_shape", [](Start& o) {
    const Ints dims(15, std::int64_t{1} << 62);
    return o.ending(o.node("Conv", {o.image, o.stored(kFloat, dims, "")}), 768);
  });
  add("huge_activation", [](Start& o) {
    const std::string wide = o.weight({4096, 3, 1, 1}, random_numbers(4096 * 3, 1));
    const OnnxAttribute pads{"pads", Ints{900, 900, 900, 900}};
    return o.ending(o.node("Conv", {o.image, wide}, {pads}), 768);
  });
  add("endless_work", [](Start& o) {
    std::string x = o.node("Conv", {o.image, o.weight({64, 3, 1, 1}, random_numbers(192, 1))});
    const std::string kernel = o.weight({64, 64, 3, 3}, random_numbers(64 * 64 * 9, 2));
    const OnnxAttribute pads{"pads", Ints{1, 1, 1, 1}};
    for (int i = 0; i < 3000; ++i) x = o.node("Conv", {x, kernel}, {pads});
    return o.ending(x, 64 * 256);
  });
  add("weight_bomb", [](Start& o) {
    const std::string halves = o.stored(kFloat16, {512, 768}, std::string(512 * 768 * 2, '\0'));
    std::string x = o.node("Flatten", {o.image});
    for (int i = 0; i < 4000; ++i)
      o.node("Cast", {halves}, {{"to", std::int64_t{kFloat}}}, "w" + std::to_string(i));
    return o.ending(x, 768);
  });
  add("packing_bomb", [](Start& o) {
    const std::string square = o.weight({768, 768}, std::vector<float>(768 * 768));
    std::string x = o.node("Flatten", {o.image});
    for (int i = 0; i < 4000; ++i) x = o.node("Gemm", {x, square}, {kTransposed});
    return o.ending(x, 768);
  });
  add("too_many_nodes", [](Start& o) {
    std::string x = o.image;
    for (int i = 0; i < 10'001; ++i) x = o.node("Relu", {x});
    return o.ending(x, 768);
  });
  add("unknown_operator", [](Start& o) { return o.ending(o.node("Loop", {o.image}), 768); });
  add("terminal",
      [](Start& o) { return o.ending(o.node("Relu", {"\x1b]0;pwned\x07\nall is well"}), 768); });
  add("no_contract", [](Start&) { return tiny_network(kSize, 3, ""); });
  add("other_contract", [](Start&) {
    return tiny_network(kSize, 3, encode_contract({kSize, 60}));
  });
  add("other_weights", [](Start& o) { return o.ending(o.image, 768); });
  add("not_onnx", [](Start&) { return std::string(3000, '{'); });
  // Field 7 (graph) within field 7 …: each layer is five bytes longer.
  add("nested", [](Start&) {
    std::string bytes;
    for (int i = 0; i < 20'000; ++i) {
      std::string head = "\x3a";
      for (std::size_t left = bytes.size(); head.size() < 5; left >>= 7)
        head += static_cast<char>((left & 0x7f) | (head.size() < 4 ? 0x80 : 0));
      bytes.insert(0, head);
    }
    return bytes;
  });
  return networks;
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  OutputFile file(path, true);
  file.write(bytes);
  file.commit();
}

/// A sound package with another network; its golden vectors are those of the sound one.
void write_hostile(const std::filesystem::path& folder, const std::string& kind,
                   const std::string& network) {
  TestPackage package;
  package.onnx = network;
  package.contents.onnx = as_bytes(package.onnx);
  write_package(folder / (kind + ".signpost"), package.contents, true);
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  using namespace signpost;
  if (argc < 2) return 2;
  try {
    const std::filesystem::path folder = argv[1];
    const bool networks = argc > 2 && std::strcmp(argv[2], "--onnx") == 0;
    for (const auto& [kind, network] : hostile_networks()) {
      write_hostile(folder, kind, network);
      if (networks) write_file(folder / (kind + ".onnx"), network);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_hostile_packages: %s\n", error.what());
    return 3;
  }
}
