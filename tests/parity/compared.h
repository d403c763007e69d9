#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace signpost {

/// A line of models.txt, as write_models.cpp leaves it.
struct ForeignModel {
  std::string name, precision;
  std::size_t size = 0, classes = 0, count = 0;
};

inline std::vector<ForeignModel> read_models(const std::filesystem::path& folder) {
  std::ifstream file(folder / "models.txt");
  std::vector<ForeignModel> models;
  for (ForeignModel each;
       file >> each.name >> each.precision >> each.size >> each.classes >> each.count;)
    models.push_back(each);
  return models;
}

template <typename Number>
std::vector<Number> read_numbers(const std::filesystem::path& path, std::size_t count) {
  std::vector<Number> numbers(count);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(numbers.data()),
            static_cast<std::streamsize>(count * sizeof(Number)));
  if (!file) numbers.clear();
  return numbers;
}

/// Prints how far `got` is from what the engine says; whether they agree: everywhere the same label
/// and probabilities within 1e-4.
inline bool agrees(const ForeignModel& model, std::span<const float> expected,
                   std::span<const float> got) {
  std::size_t same = 0;
  float apart = 0;
  for (std::size_t i = 0; i < model.count; ++i) {
    const auto a = expected.subspan(i * model.classes, model.classes),
               b = got.subspan(i * model.classes, model.classes);
    same += std::ranges::max_element(a) - a.begin() == std::ranges::max_element(b) - b.begin();
    for (std::size_t c = 0; c < model.classes; ++c) apart = std::max(apart, std::abs(a[c] - b[c]));
  }
  fmt::print("{} {}: the same label on {} of {} images, probabilities apart by {:.2g}\n",
             model.name, model.precision, same, model.count, apart);
  return same == model.count && apart <= 1e-4f;
}

}  // namespace signpost
