#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"

namespace signpost {

/// A value of a parsed JSON text. Cheap to copy; valid until its JsonParser parses again or ends.
/// A default-constructed value stands for a missing one: every question to it answers "no".
class JsonValue {
 public:
  bool present() const { return present_; }
  bool is_null() const;
  bool is_object() const;
  bool is_array() const;

  /// Nothing if it is of another type. JSON has no NaN and no infinity, so numbers are finite.
  std::optional<double> number() const;
  /// Also for 5.0, as some tools write whole numbers.
  std::optional<std::int64_t> integer() const;
  std::optional<bool> boolean() const;
  /// Points into the parser.
  std::optional<std::string_view> string() const;

  /// A field of an object, the first of that name; missing for anything else.
  JsonValue operator[](std::string_view key) const;
  /// Calls `visit` for each field of an object, in order; does nothing for anything else.
  void each_field(const std::function<void(std::string_view, JsonValue)>& visit) const;
  /// The same for the elements of an array.
  void each_element(const std::function<void(JsonValue)>& visit) const;
  std::size_t size() const;  ///< of an array or object, else 0

  /// Appends the value as JSON without white space. Numbers are written anew: 1.50 becomes 1.5.
  void append_to(std::string& out) const;
  std::string text() const;

 private:
  friend class JsonParser;
  std::array<std::uint64_t, 2> place_{};
  bool present_ = false;
};

/// Parses whole JSON texts (RFC 8259), nested at most 1024 deep. Not thread-safe.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  /// `wrong` becomes empty, or says why the text is no JSON; the value is then missing.
  JsonValue parse(std::string_view text, std::string& wrong);
  /// The same without a copy, for a part of JsonText::text().
  JsonValue parse_padded(std::string_view part, std::string& wrong);

 private:
  struct State;
  std::unique_ptr<State> state_;
  JsonValue parse(std::string_view text, bool padded, std::string& wrong);
};

/// The text of a JSON file, which may be large: at most 4 GiB. Its entries are found without being
/// read, so that one that is wrong does not cost the others, and memory stays near the file's size.
class JsonText {
 public:
  /// A byte order mark is passed over.
  explicit JsonText(Bytes bytes);
  std::string_view text() const { return as_text(bytes_).substr(begin_, size_); }

  struct Visitor {
    /// Arrays at the top level whose elements are visited one by one.
    std::span<const std::string_view> arrays;
    /// Such an array begins; it may be empty.
    std::function<void(std::string_view array)> begin = [](std::string_view) {};
    /// An element of such an array, or (`array` empty) of a text that is itself an array.
    std::function<void(std::string_view array, std::string_view element)> element;
    /// Any other field at the top level.
    std::function<void(std::string_view key, std::string_view value)> field;
  };
  /// Visits the top level, in order. The parts lie in text(). What stands inside of them is not
  /// checked. Throws Error{input} that names `file` where the top level is not sound.
  /// Takes about four bytes more for each bracket, comma, colon and value while it runs.
  void visit(const std::string& file, const Visitor& visitor) const;

 private:
  Bytes bytes_;  ///< with room behind the text
  std::size_t begin_ = 0, size_ = 0;
};

}  // namespace signpost
