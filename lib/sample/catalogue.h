#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sample/transform.h"

namespace signpost {

/// One class of a catalogue.
struct SignClass {
  int id = 0;
  std::string name;     ///< English
  std::string name_de;  ///< German
  std::string stvo;     ///< the number in the German catalogue of signs, "274-20"; may be empty
  std::string shape;    ///< circle, triangle, inverted-triangle, diamond or octagon
  /// By Transform: the class that the transformed image shows, or nothing where it shows no sign of
  /// this catalogue. For the two diagonals it is what a quarter turn and a flip lead to.
  std::array<std::optional<int>, kTransformCount> becomes;

  std::optional<int> after(Transform transform) const {
    return becomes[static_cast<std::size_t>(transform)];
  }
};

/// The classes of a data set: datasets/NAME/classes.toml. Immutable, so reading is thread-safe.
class Catalogue {
 public:
  /// A catalogue that travels with the program, by name, or a file: what holds a '/' or ends in
  /// ".toml" is a path.
  ///
  /// Throws Error{usage} for an unknown name, and Error{input} that names the file and the class if
  /// the file cannot be read, lacks a field, names an id twice, or contradicts itself: a transform
  /// must lead to a known class, a flip or a half turn done twice and a quarter turn done back must
  /// lead home, two quarter turns, or both flips, must be half a turn, and all ways of a quarter
  /// turn and a flip to one diagonal must lead to one class.
  static Catalogue load(const std::string& name_or_path = "gtsrb");

  /// Parses the text of a catalogue; `file` stands in messages.
  static Catalogue parse(std::string_view text, const std::string& file);

  /// Null for an unknown id.
  const SignClass* find(int id) const;

  /// SHA-256 of the catalogue's text.
  const std::string& digest() const { return digest_; }

  /// In ascending order of their ids, which need not be contiguous.
  const std::vector<SignClass>& classes() const { return classes_; }

 private:
  std::vector<SignClass> classes_;
  std::string digest_;
};

}  // namespace signpost
