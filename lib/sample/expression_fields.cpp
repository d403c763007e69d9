#include "sample/expression_fields.h"

#include <algorithm>
#include <array>

namespace signpost {
namespace {

using Value = ExpressionValue;

constexpr std::array kFields = {
    FieldInfo{"id", Field::id, FieldType::text, "name of the sample"},
    FieldInfo{"image", Field::image, FieldType::text, "path, or archive!member"},
    FieldInfo{"width", Field::width, FieldType::number, "of the image, pixels"},
    FieldInfo{"height", Field::height, FieldType::number, "of the image, pixels"},
    FieldInfo{"roi", Field::roi, FieldType::presence, "box of the sign; ask has(roi)"},
    FieldInfo{"label", Field::label, FieldType::number, "class id"},
    FieldInfo{"group", Field::group, FieldType::text, "physical sign"},
    FieldInfo{"frame", Field::frame, FieldType::number, "place in the track, from 0"},
    FieldInfo{"split", Field::split, FieldType::text, "train, val or test"},
    FieldInfo{"fold", Field::fold, FieldType::number, "part of a k-fold division, from 0"},
    FieldInfo{"sha256", Field::sha256, FieldType::text, "of the stored image"},
    FieldInfo{"ops", Field::ops, FieldType::presence, "operations; ask \"crop\" in ops"},
    FieldInfo{"class", Field::class_name, FieldType::text, "English name of the label"},
    FieldInfo{"class_de", Field::class_name_de, FieldType::text, "German name of the label"},
    FieldInfo{"shape", Field::shape, FieldType::text, "of the label's sign, as octagon"},
    FieldInfo{"min_side", Field::min_side, FieldType::number, "smaller of width and height"},
    FieldInfo{"max_side", Field::max_side, FieldType::number, "larger of width and height"},
    FieldInfo{"area", Field::area, FieldType::number, "width * height"},
    FieldInfo{"aspect", Field::aspect, FieldType::number, "width / height"},
    FieldInfo{"roi_x1", Field::roi_x1, FieldType::number, "first column of the box"},
    FieldInfo{"roi_y1", Field::roi_y1, FieldType::number, "first row of the box"},
    FieldInfo{"roi_x2", Field::roi_x2, FieldType::number, "first column behind the box"},
    FieldInfo{"roi_y2", Field::roi_y2, FieldType::number, "first row behind the box"},
    FieldInfo{"roi_width", Field::roi_width, FieldType::number, "of the box, else of the image"},
    FieldInfo{"roi_height", Field::roi_height, FieldType::number, "of the box, else of the image"},
    FieldInfo{"roi_min_side", Field::roi_min_side, FieldType::number, "smaller of those two"},
    FieldInfo{"roi_max_side", Field::roi_max_side, FieldType::number, "larger of those two"},
    FieldInfo{"roi_area", Field::roi_area, FieldType::number, "roi_width * roi_height"},
    FieldInfo{"roi_aspect", Field::roi_aspect, FieldType::number, "roi_width / roi_height"},
    FieldInfo{"roi_share", Field::roi_share, FieldType::number, "roi_area / area"},
    FieldInfo{"margin", Field::margin, FieldType::number,
              "largest crop --margin that stays inside the image"},
    FieldInfo{"cropped", Field::cropped, FieldType::truth, "has a crop among its operations"},
    FieldInfo{"augmented", Field::augmented, FieldType::truth, "has an augmentation among them"},
};
static_assert(kFields.size() == static_cast<std::size_t>(Field::custom));

Value number(double value) { return {Value::Type::number, false, value, {}}; }
Value number(const std::optional<int>& value) { return value ? number(*value) : Value{}; }
Value truth(bool value) { return {Value::Type::truth, value, 0, {}}; }
Value text(std::string_view value) {
  return value.empty() ? Value{} : Value{Value::Type::text, false, 0, value};
}
Value ratio(double above, double below) { return below > 0 ? number(above / below) : Value{}; }

/// The box that counts: the whole image where none is given.
std::optional<Roi> box_of(const Sample& sample) {
  if (sample.roi) return sample.roi;
  if (!sample.width || !sample.height) return std::nullopt;
  return Roi{0, 0, *sample.width, *sample.height};
}

Value image_value(Field field, const Sample& sample) {
  if (!sample.width || !sample.height) return {};
  const double width = *sample.width, height = *sample.height;
  switch (field) {
    case Field::min_side:
      return number(std::min(width, height));
    case Field::max_side:
      return number(std::max(width, height));
    case Field::area:
      return number(width * height);
    default:
      return ratio(width, height);
  }
}

Value margin_of(const Sample& sample, const Roi& box) {
  if (!sample.width || !sample.height || box.width() <= 0 || box.height() <= 0) return {};
  return number(std::min(double(std::min(box.x1, *sample.width - box.x2)) / box.width(),
                         double(std::min(box.y1, *sample.height - box.y2)) / box.height()));
}

Value box_value(Field field, const Sample& sample) {
  const std::optional<Roi> box = box_of(sample);
  if (!box) return {};
  const double width = box->width(), height = box->height();
  switch (field) {
    case Field::roi_x1:
      return number(box->x1);
    case Field::roi_y1:
      return number(box->y1);
    case Field::roi_x2:
      return number(box->x2);
    case Field::roi_y2:
      return number(box->y2);
    case Field::roi_width:
      return number(width);
    case Field::roi_height:
      return number(height);
    case Field::roi_min_side:
      return number(std::min(width, height));
    case Field::roi_max_side:
      return number(std::max(width, height));
    case Field::roi_area:
      return number(width * height);
    case Field::roi_aspect:
      return ratio(width, height);
    case Field::roi_share:
      if (!sample.width || !sample.height) return {};
      return ratio(width * height, double(*sample.width) * *sample.height);
    default:
      return margin_of(sample, *box);
  }
}

}  // namespace

std::span<const FieldInfo> expression_fields() { return kFields; }

bool has_operation(const Sample& sample, std::string_view name) {
  const std::string_view ops = sample.ops;
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  for (std::size_t at = ops.find(name); at != std::string_view::npos; at = ops.find(name, at + 1)) {
    if (at == 0 || ops[at - 1] != '"') continue;
    // A key of an operation stands between its bracket and a colon; a quote inside a text does not,
    // as a backslash stands before it.
    std::size_t before = at - 1, after = at + name.size();
    if (after >= ops.size() || ops[after] != '"') continue;
    ++after;
    while (after < ops.size() && is_space(ops[after])) ++after;
    while (before > 0 && is_space(ops[before - 1])) --before;
    if (before > 0 && ops[before - 1] == '{' && after < ops.size() && ops[after] == ':') {
      std::size_t outer = before - 1;
      while (outer > 0 && is_space(ops[outer - 1])) --outer;
      if (outer == 0 || ops[outer - 1] == ',') return true;
    }
  }
  return false;
}

ExpressionValue field_value(Field field, const Sample& sample, const Catalogue& catalogue) {
  switch (field) {
    case Field::id:
      return text(sample.id);
    case Field::image:
      return text(sample.image);
    case Field::width:
      return number(sample.width);
    case Field::height:
      return number(sample.height);
    case Field::roi:
      return sample.roi ? Value{Value::Type::other, false, 0, {}} : Value{};
    case Field::label:
      return number(sample.label);
    case Field::group:
      return text(sample.group);
    case Field::frame:
      return number(sample.frame);
    case Field::split:
      return text(sample.split);
    case Field::fold:
      return number(sample.fold);
    case Field::sha256:
      return text(sample.sha256);
    case Field::ops:
      return sample.ops.empty() ? Value{} : Value{Value::Type::other, false, 0, {}};
    case Field::class_name:
    case Field::class_name_de:
    case Field::shape: {
      const SignClass* sign = sample.label ? catalogue.find(*sample.label) : nullptr;
      if (!sign) return {};
      if (field == Field::shape) return text(sign->shape);
      return text(field == Field::class_name ? sign->name : sign->name_de);
    }
    case Field::cropped:
      return truth(has_operation(sample, "crop"));
    case Field::augmented:
      return truth(has_operation(sample, "augment"));
    case Field::min_side:
    case Field::max_side:
    case Field::area:
    case Field::aspect:
      return image_value(field, sample);
    case Field::custom:
      return {};
    default:
      return box_value(field, sample);
  }
}

}  // namespace signpost
