#pragma once

#include <string>
#include <vector>

namespace signpost {

/// A flag of `signpost train` that a file may set, under its long name: "epochs".
struct TrainFlag {
  std::string name;
  bool takes_value = true;
  bool many = false;  ///< may be given several times
};

/// A flag with what a file or a command line gives it; one without a value has none, if it is set.
struct FlagValue {
  std::string name;
  std::vector<std::string> values;
  bool operator==(const FlagValue&) const = default;
};

/// "--epochs=3", or "--resume" for a flag without a value; a flag of several values is repeated.
std::vector<std::string> command_words(const std::vector<FlagValue>& flags);

/// Puts `flag` into `flags`, in the place of an earlier one of its name.
void put_flag(std::vector<FlagValue>& flags, FlagValue flag);

/// The value of the flag of that name; empty if it is not among them.
std::string value_of(const std::vector<FlagValue>& flags, const std::string& name);

/// "; did you mean epochs?", or which keys there are.
std::string flag_hint(const std::string& name, const std::vector<TrainFlag>& known);

}  // namespace signpost
