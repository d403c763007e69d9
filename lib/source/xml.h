#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "source/json.h"

namespace pugi {
class xml_document;
class xml_node;
}  // namespace pugi

namespace signpost {

/// A parsed XML text. Entities beyond XML's own five stay as they are written, so a text cannot
/// grow while it is read; document types are passed over. Memory: three to five times the text.
class XmlText {
 public:
  /// Throws Error{input} that names `file` and the line where the text is not well-formed, and
  /// where its outermost element is not `root`.
  XmlText(Bytes text, const std::string& file, std::string_view root);
  ~XmlText();
  XmlText(const XmlText&) = delete;
  XmlText& operator=(const XmlText&) = delete;

  pugi::xml_node root() const;

  /// "FILE:LINE" of an element. Fast when elements are asked for in the order of the text.
  std::string where(const pugi::xml_node& node);
  /// The element as it stands in the text, up to 4096 bytes.
  std::string shown(const pugi::xml_node& node) const;

 private:
  std::string file_;
  Bytes text_;
  std::unique_ptr<pugi::xml_document> document_;
  std::size_t at_ = 0, line_ = 1;
  std::size_t line_at(std::size_t offset);
};

/// The text of an element without white space around it.
std::string xml_text(const pugi::xml_node& node);

/// A decimal number that fills `text`, or nothing.
std::optional<double> decimal(std::string_view text);

/// An element as a JSON value: its text; or, where it has attributes or elements, an object with
/// "@name" for each attribute, lists for elements that repeat, and "#text". Returns what is wrong
/// with it: it must not nest more than 32 deep.
std::string xml_as_json(const pugi::xml_node& node, std::string& json);

/// The inverse: appends the field `name` of an object as elements below `parent`. What has no name
/// that XML allows is left out.
void json_as_xml(std::string_view name, JsonValue value, pugi::xml_node& parent);

/// `text` without the characters that XML 1.0 forbids.
std::string xml_safe(std::string_view text);

/// The element and all below it as text, indented by `depth` steps of two spaces.
std::string printed(const pugi::xml_node& node, unsigned depth);

}  // namespace signpost
