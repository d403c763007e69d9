#include "train/pth.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "base/error.h"
#include "support/pickle_writer.h"
#include "support/scratch.h"
#include "train/pickle.h"

namespace signpost {
namespace {

using Catch::Contains;

template <typename Number>
std::string bytes_of(const std::vector<Number>& values) {
  std::string bytes(values.size() * sizeof(Number), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

const std::string kNumbers = bytes_of<float>({0, 1, 2, 3, 4, 5});

PickleWriter open_dict() {
  PickleWriter pickle;
  pickle.ordered_dict().raw("(");
  return pickle;
}

Weights read(const PickleWriter& pickle,
             const std::vector<std::pair<std::string, std::string>>& storages) {
  const Scratch scratch;
  write_pth(scratch / "net.pth", pickle.text, storages);
  return read_pth(scratch / "net.pth");
}

std::string refusal(const PickleWriter& pickle) {
  try {
    read_pickled_state_dict(pickle.bytes(), "net.pth");
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::input);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("tensors of a state dict are read with their offsets and strides") {
  PickleWriter pickle = open_dict();
  pickle.tensor("whole", "FloatStorage", "0", 6, 0, {2, 3}, {3, 1});
  pickle.tensor("turned", "FloatStorage", "0", 6, 0, {3, 2}, {1, 3});
  pickle.tensor("last", "FloatStorage", "0", 6, 5, {}, {});
  pickle.tensor("none", "FloatStorage", "0", 6, 0, {0, 4}, {4, 1});
  pickle.raw("u.");
  const Weights weights = read(pickle, {{"0", kNumbers}});
  REQUIRE(weights.size() == 4);
  CHECK(weights.at("whole").shape == std::vector<std::int64_t>{2, 3});
  CHECK(weights.at("whole").values == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(weights.at("turned").values == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(weights.at("last").values == std::vector<float>{5});
  CHECK(weights.at("none").values.empty());
}

TEST_CASE("other floating types become float32, and integers are left out") {
  PickleWriter pickle = open_dict();
  pickle.tensor("half", "HalfStorage", "h", 4, 0, {4}, {1});
  pickle.tensor("brain", "BFloat16Storage", "b", 2, 0, {2}, {1});
  pickle.tensor("double", "DoubleStorage", "d", 1, 0, {1}, {1});
  pickle.tensor("batches", "LongStorage", "l", 1, 0, {}, {});
  pickle.raw("u.");
  const Weights weights =
      read(pickle, {{"h", bytes_of<std::uint16_t>({0x3c00, 0xc000, 0x0001, 0x7bff})},
                    {"b", bytes_of<std::uint16_t>({0x3f80, 0xc000})},
                    {"d", bytes_of<double>({0.5})},
                    {"l", bytes_of<std::int64_t>({7})}});
  REQUIRE(weights.size() == 3);
  CHECK(weights.at("half").values == std::vector<float>{1, -2, 0x1p-24f, 65504});
  CHECK(weights.at("brain").values == std::vector<float>{1, -2});
  CHECK(weights.at("double").values == std::vector<float>{0.5});
}

TEST_CASE(
    "the state dict of a checkpoint is found, and the prefix of a parallel model is taken off") {
  PickleWriter pickle;
  pickle.raw("}(").word("epoch").integer(3).word("state_dict").ordered_dict().raw("(");
  pickle.tensor("module.a", "FloatStorage", "0", 6, 0, {6}, {1});
  pickle.raw("uu.");
  const Weights weights = read(pickle, {{"0", kNumbers}});
  REQUIRE(weights.size() == 1);
  CHECK(weights.begin()->first == "a");
}

TEST_CASE("what PyTorch sets on a state dict is passed over") {
  PickleWriter pickle = open_dict();
  pickle.tensor("a", "FloatStorage", "0", 6, 0, {6}, {1});
  pickle.raw("u}").word("_metadata").ordered_dict().raw("sb.");
  CHECK(read(pickle, {{"0", kNumbers}}).size() == 1);
}

TEST_CASE("nothing in a file of weights is executed") {
  PickleWriter pickle;
  pickle.global("posix", "system").raw("(").word("touch /tmp/harmed").raw("tR.");
  CHECK(
      refusal(pickle) ==
      "net.pth: asks for posix.system, which no state dict needs; nothing in a file of weights is "
      "executed: save model.state_dict() instead of the model");
  PickleWriter model;
  model.global("torchvision.models.resnet", "ResNet").raw(").");
  CHECK_THAT(refusal(model), Contains("asks for torchvision.models.resnet.ResNet"));
  PickleWriter stacked;
  stacked.text = "\x80\x04";
  stacked.raw(
      "\x8c\x08"
      "builtins"
      "\x8c\x04"
      "ev\nl"
      "\x93.");
  CHECK_THAT(refusal(stacked), Contains("asks for builtins.ev?l"));
  PickleWriter instance;
  CHECK_THAT(refusal(instance.raw("(ios\nsystem\n.")), Contains("pickle instruction 0x69"));
}

TEST_CASE("a tensor outside its storage is refused") {
  const auto with = [](std::uint64_t elements, std::uint64_t offset,
                       const std::vector<std::uint64_t>& shape,
                       const std::vector<std::uint64_t>& strides) {
    PickleWriter pickle = open_dict();
    pickle.tensor("a", "FloatStorage", "0", elements, offset, shape, strides).raw("u.");
    return refusal(pickle);
  };
  CHECK(with(6, 0, {6}, {1}).empty());
  const std::string outside =
      "net.pth: has a tensor that does not fit its storage; the file is damaged";
  CHECK(with(6, 1, {6}, {1}) == outside);
  CHECK(with(6, 0, {3, 2}, {3, 1}) == outside);
  CHECK(with(6, 0, {7}, {0}) == outside);  // more elements than the storage holds
  CHECK(with(6, 0, {2147483647, 2147483647, 2147483647}, {0, 0, 0}) == outside);
  CHECK_THAT(with(6, 0, {2, 3}, {1}), Contains("is damaged"));
}

TEST_CASE("a storage that is missing, or of another size than its pickle says, is refused") {
  PickleWriter pickle = open_dict();
  pickle.tensor("a", "FloatStorage", "0", 6, 0, {6}, {1}).raw("u.");
  CHECK_THROWS_WITH(read(pickle, {}), Contains("lacks the storage data/0 of a tensor"));
  CHECK_THROWS_WITH(read(pickle, {{"0", std::string(28, '\0')}}),
                    Contains("the storage of a has another size than its pickle says"));
}

TEST_CASE("a small file does not become a large network") {
  PickleWriter pickle = open_dict();
  for (int i = 0; i < 40; ++i)
    pickle.tensor(fmt::format("a{}", i), "FloatStorage", "0", 2500, 0, {2500}, {1});
  pickle.raw("u.");
  CHECK_THROWS_WITH(read(pickle, {{"0", std::string(10000, '\0')}}),
                    Contains("names the same numbers again and again"));
}

TEST_CASE("every cut of a pickle is refused in one line") {
  PickleWriter pickle = open_dict();
  pickle.tensor("a", "FloatStorage", "0", 6, 0, {6}, {1}).raw("u.");
  for (std::size_t size = 0; size < pickle.text.size(); ++size) {
    PickleWriter cut;
    cut.text = pickle.text.substr(0, size);
    const std::string wrong = refusal(cut);
    CHECK(wrong.starts_with("net.pth: "));
    CHECK(wrong.find('\n') == std::string::npos);
  }
}

TEST_CASE("a pickle that holds itself is no trouble") {
  PickleWriter pickle;
  pickle.raw("]q").raw(std::string(1, '\0')).raw("h").raw(std::string(1, '\0')).raw("a.");
  CHECK(refusal(pickle) == "net.pth: holds no dictionary of tensors; save model.state_dict()");
}

TEST_CASE("a zip that torch.save did not write is refused") {
  const Scratch scratch;
  OutputFile file(scratch / "other.zip", true);
  ZipWriter zip(file);
  zip.add("a.txt", "hello");
  zip.finish();
  file.commit();
  CHECK_THROWS_WITH(read_pth(scratch / "other.zip"), Contains("is a zip without a data.pkl"));
}

}  // namespace signpost
