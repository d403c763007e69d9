#include "model/contract.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxSize = 1024, kMaxMarginPermille = 4000;

Json contract_json(const Preprocessing& contract) {
  return {{"size", contract.size},
          {"margin", contract.margin_permille / 1000.0},
          {"interpolation", kInterpolation},
          {"channels", "RGB"},
          {"layout", "NHWC"},
          {"dtype", "uint8"}};
}

}  // namespace

std::string encode_contract(const Preprocessing& contract) {
  return contract_json(contract).dump();
}

Preprocessing decode_contract(std::string_view json, const std::string& where) {
  const auto fail = [&](const std::string& what) {
    return Error(Blame::input, where + ": the preprocessing contract " + what);
  };
  const Json given = Json::parse(json, nullptr, false);
  if (!given.is_object()) throw fail("is no JSON object");
  const auto number = [&](const char* key, double low, double high, double scale) {
    const auto field = given.find(key);
    if (field == given.end() || !field->is_number())
      throw fail(std::string("has no number \"") + key + "\"");
    const double value = field->get<double>() * scale, whole = std::round(value);
    if (!(value >= low && value <= high) || std::abs(value - whole) > 1e-6)
      throw fail(std::string("has the ") + key + " " + field->dump() +
                 ", which this release does not do");
    return static_cast<int>(whole);
  };
  Preprocessing contract;
  contract.size = number("size", 1, kMaxSize, 1);
  contract.margin_permille = number("margin", 0, kMaxMarginPermille, 1000);

  const Json known = contract_json(contract);
  for (const auto& [key, value] : known.items()) {
    const auto field = given.find(key);
    if (field == given.end()) throw fail("has no \"" + key + "\"");
    if (!value.is_number() && *field != value) {
      throw fail("has the " + key + " " +
                 field->dump(-1, ' ', false, Json::error_handler_t::replace) +
                 "; this release does only " + value.dump() + ": update signpost");
    }
  }
  for (const auto& [key, value] : given.items()) {
    if (!known.contains(key))
      throw fail("holds the unknown field \"" + key + "\": update signpost");
  }
  return contract;
}

}  // namespace signpost
