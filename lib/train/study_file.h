#pragma once

#include <optional>
#include <string>
#include <vector>

#include "train/flag_values.h"
#include "train/network_spec.h"

namespace signpost {

/// What a publication prints of a row; nothing where it prints nothing, or could not be read.
struct PaperFigures {
  std::optional<double> parameters_millions, size_mb, accuracy_percent, field_percent;
  std::string source;  ///< where the figures stand, for people
};

/// One configuration of a study.
struct StudyRow {
  std::string name;                  ///< of its run
  std::string title;                 ///< for people
  std::vector<FlagValue> flags;      ///< of signpost train, but for --weights
  std::vector<std::string> weights;  ///< names to start from, of which the first that is there is
                                     ///< taken; empty: from scratch, or `from`
  NetworkOptions network;            ///< what `flags` say of it; size 0 and classes 0: open
  int epochs = 0;                    ///< 0: by the number of samples, as signpost train does
  bool frozen = false;               ///< only the classifier learns
  std::string from;                  ///< starts from the weights of this earlier row
  bool with_field = false;           ///< learns from half of the field's signs too
  PaperFigures paper;
};

/// A table of a publication as configurations of ours.
struct Study {
  std::string name;  ///< "table1", or the file's stem
  std::string title, source, note;
  std::vector<StudyRow> rows;

  bool needs_field() const;
};

/// The studies that travel inside the programs: docs/study/NAME.toml.
std::vector<std::string> study_names();

/// Reads one by its name, or a TOML file (docs/commands/study.md tells its keys). Throws
/// Error{usage} for a name that is not known, and "FILE:LINE: …" for what is wrong in it.
Study load_study(const std::string& name);
Study parse_study(const std::string& text, const std::string& name);

/// The flags of `signpost train` that a row may set.
const std::vector<TrainFlag>& study_flags();

}  // namespace signpost
