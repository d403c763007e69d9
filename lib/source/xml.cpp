#include "source/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <pugixml.hpp>
#include <sstream>

#include "base/error.h"
#include "base/json_text.h"
#include "source/box_fields.h"

namespace signpost {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxShown = 4096;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

std::string as_json(const pugi::xml_node& node, int depth, std::string& json) {
  if (depth > kMaxDepth) return fmt::format("nests more than {} deep; correct it", kMaxDepth);
  const bool has_elements = static_cast<bool>(
      node.find_child([](const pugi::xml_node& c) { return c.type() == pugi::node_element; }));
  if (!has_elements && !node.first_attribute()) {
    append_json_string(json, xml_text(node));
    return {};
  }
  std::string object;
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    add_field(object, fmt::format("@{}", attribute.name()), json_string(attribute.value()));
  }
  std::string wrong;
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    auto field = std::find_if(fields.begin(), fields.end(),
                              [&](const auto& known) { return known.first == child.name(); });
    if (field == fields.end()) field = fields.insert(fields.end(), {child.name(), {}});
    wrong = as_json(child, depth + 1, field->second.emplace_back());
    if (!wrong.empty()) return wrong;
  }
  for (const auto& [name, values] : fields) {
    add_field(object, name,
              values.size() == 1 ? values[0] : fmt::format("[{}]", fmt::join(values, ",")));
  }
  if (const std::string text = xml_text(node); !text.empty())
    add_field(object, "#text", json_string(text));
  json += "{" + object + "}";
  return {};
}

bool is_xml_name(std::string_view name) {
  const auto starts = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
  };
  return !name.empty() && starts(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return starts(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
}

std::string scalar(JsonValue value) {
  const auto string = value.string();
  return xml_safe(string ? std::string(*string) : value.text());
}

}  // namespace

XmlText::XmlText(Bytes text, const std::string& file, std::string_view root)
    : file_(file), text_(std::move(text)), document_(std::make_unique<pugi::xml_document>()) {
  const pugi::xml_parse_result result = document_->load_buffer(text_.data(), text_.size());
  if (!result) {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    throw Error(Blame::input, fmt::format("{}:{}: is not well-formed XML: {}; correct it, or "
                                          "export it again",
                                          file, line_at(offset), result.description()));
  }
  const pugi::xml_node element = document_->document_element();
  if (element.name() == root) return;
  throw Error(Blame::input, fmt::format("{}: its outermost element is <{}>, not <{}>; name another "
                                        "--from",
                                        file, element.name(), root));
}

XmlText::~XmlText() = default;

pugi::xml_node XmlText::root() const { return document_->document_element(); }

std::size_t XmlText::line_at(std::size_t offset) {
  offset = std::min(offset, text_.size());
  if (offset < at_) {
    at_ = 0;
    line_ = 1;
  }
  line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                               text_.begin() + static_cast<std::ptrdiff_t>(offset),
                                               '\n'));
  at_ = offset;
  return line_;
}

std::string XmlText::where(const pugi::xml_node& node) {
  const std::ptrdiff_t offset = node.offset_debug();
  return fmt::format("{}:{}", file_, line_at(offset < 0 ? 0 : static_cast<std::size_t>(offset)));
}

std::string XmlText::shown(const pugi::xml_node& node) const {
  std::string text = printed(node, 0).substr(0, kMaxShown);
  return std::string(trimmed(text));
}

std::string xml_text(const pugi::xml_node& node) {
  std::string text;
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      text += child.value();
  }
  return std::string(trimmed(text));
}

std::optional<double> decimal(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::string xml_as_json(const pugi::xml_node& node, std::string& json) {
  return as_json(node, 0, json);
}

void json_as_xml(std::string_view name, JsonValue value, pugi::xml_node& parent) {
  if (value.is_array()) {
    value.each_element([&](JsonValue element) { json_as_xml(name, element, parent); });
  } else if (name == "#text") {
    parent.append_child(pugi::node_pcdata).set_value(scalar(value).c_str());
  } else if (name.starts_with('@')) {
    if (is_xml_name(name.substr(1)))
      parent.append_attribute(std::string(name.substr(1)).c_str()).set_value(scalar(value).c_str());
  } else if (is_xml_name(name)) {
    pugi::xml_node node = parent.append_child(std::string(name).c_str());
    if (value.is_object()) {
      value.each_field(
          [&](std::string_view key, JsonValue field) { json_as_xml(key, field, node); });
    } else {
      node.text().set(scalar(value).c_str());
    }
  }
}

std::string xml_safe(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    const bool forbidden =
        static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    if (forbidden) {
      safe += "\xef\xbf\xbd";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string printed(const pugi::xml_node& node, unsigned depth) {
  std::ostringstream out;
  node.print(out, "  ", pugi::format_indent, pugi::encoding_utf8, depth);
  return out.str();
}

}  // namespace signpost
