#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/capture.h"

namespace signpost {

/// How labels become truth.
enum class Policy {
  single,      ///< the annotation that decides
  two_agree,   ///< at least two people gave that class, the reviewer who accepted it among them
  adjudicated  ///< a reviewer accepted it or decided on it
};

inline constexpr const char* kPolicies[] = {"single", "two-agree", "adjudicated"};

/// A capture with what is held to be true of it.
struct Truth {
  CaptureState capture;
  std::optional<int> label;
  /// The box of the deciding annotation or, if that has none, of the last that agrees and has one.
  std::optional<Roi> roi;
  std::vector<std::int64_t> annotations;  ///< those that agree, in their order
  std::vector<std::string> annotators;    ///< who made them, in the same order
  std::string reviewer;                   ///< empty: none
};

/// What an export was.
struct ExportRecord {
  std::int64_t id = 0;
  std::string created = {};
  std::string filter = {};  ///< JSON
  std::int64_t samples = 0;
  std::string digest = {};  ///< SHA-256 of the records, each with its newline
  std::int64_t last_annotation = 0, last_review = 0;
};

}  // namespace signpost
