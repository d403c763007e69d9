#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// What selection expressions can ask a sample for: fields of the record and what follows from
/// them. `custom` is a field of the user's own, reached by its JSON name.
enum class Field : unsigned char {
  id,
  image,
  width,
  height,
  roi,
  label,
  group,
  frame,
  split,
  fold,
  sha256,
  ops,
  class_name,
  class_name_de,
  shape,
  min_side,
  max_side,
  area,
  aspect,
  roi_x1,
  roi_y1,
  roi_x2,
  roi_y2,
  roi_width,
  roi_height,
  roi_min_side,
  roi_max_side,
  roi_area,
  roi_aspect,
  roi_share,
  margin,
  cropped,
  augmented,
  custom,
};

/// `presence` fields can only be asked whether they are there; `any` ones have the type that the
/// record gives them.
enum class FieldType : unsigned char { number, text, truth, presence, any };

struct FieldInfo {
  std::string_view name;
  Field field;
  FieldType type;
  std::string_view meaning;
};

/// All but `custom`, in the order of the enumeration.
std::span<const FieldInfo> expression_fields();

/// A value of an expression. `other` is a list or an object.
struct ExpressionValue {
  enum class Type : unsigned char { null, number, text, truth, other };
  Type type = Type::null;
  bool truth = false;
  double number = 0;
  std::string_view text;  ///< of the sample or the catalogue
};

/// The value of a field that is not `custom`; null where the record does not give it. Allocates
/// nothing.
ExpressionValue field_value(Field field, const Sample& sample, const Catalogue& catalogue);

/// Whether the sample has an operation of that name, as "crop".
bool has_operation(const Sample& sample, std::string_view name);

}  // namespace signpost
