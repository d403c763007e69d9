#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace signpost {

/// How often two raters put one subject into category i and j: `counts[i * categories + j]`.
///
/// Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
/// Measurement 20 (1960): (p_o - p_e) / (1 - p_e). Nothing where it is not defined: no subject, or
/// both raters used one category alone.
std::optional<double> cohen_kappa(std::span<const std::int64_t> counts, std::size_t categories);

/// Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76 (1971).
/// `counts[s * categories + j]` raters put subject s into category j; each subject has the same
/// number of raters, two or more. Nothing where it is not defined.
std::optional<double> fleiss_kappa(std::span<const std::int64_t> counts, std::size_t categories);

}  // namespace signpost
