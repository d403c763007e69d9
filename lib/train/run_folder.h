#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pixels/preprocess.h"
#include "train/network_spec.h"
#include "train/weights.h"

namespace signpost {

/// What `train` keeps about a run, in RUN/run.json: all that eval, package and --resume need to
/// know.
///
/// A run folder holds
/// - run.json: this
/// - metrics.ndjson and, once the run is done, metrics.csv: the figures of each epoch
/// - checkpoint.safetensors: weights, their average, momentum and the epoch, replaced whole after
///   each epoch
/// - weights.safetensors: the final weights, the moving average; present once the run is done
/// - calibration.json: the temperature that belongs to them (train/calibration.h)
/// - evaluation.json: the final measurement on the validation samples, and report.html: the same
///   for people
/// - validation.ndjson: the validation records
/// - golden/: some validation photographs with their records, from which a package's golden vectors
///   are made
struct RunInfo {
  struct Class {
    int id = 0;
    std::string name, name_de;
  };
  NetworkOptions network;      ///< `spec` fills in its size and classes
  std::vector<Class> classes;  ///< in the order of the network's outputs
  Preprocessing preprocessing;
  std::array<float, 3> mean{}, deviation{};
  std::string augment, augment_digest;  ///< the recipe, or "none"
  bool mirror = false;  ///< half of the signs were mirrored, where the catalogue permits
  int epochs = 0, batch_size = 0;
  double learning_rate = 0, weight_decay = 0, label_smoothing = 0;
  int start_px = 0;          ///< the size of the first epoch's images; 0: as all
  double class_balance = 0;  ///< exponent of `class_weights`
  int patience = 0;          ///< epochs without improvement that end the run; 0: never
  int ranks = 1;             ///< processes that trained it together
  struct Teacher {
    std::string name, digest;  ///< SHA-256 of its weights
  };
  std::vector<Teacher> teachers;
  double distill_weight = 0, distill_temperature = 1;  ///< with teachers
  std::uint64_t seed = 0;
  std::string data_digest;
  std::string history = "[]";  ///< of the stream, as `History::json` gives it
  std::uint64_t train_samples = 0, validation_samples = 0;
  std::string precision;  ///< "bfloat16" or "float32": what the optimiser's passes ran in
  std::string weights, weights_digest;  ///< what it started from, and its SHA-256; empty: nothing
  bool frozen_backbone = false;         ///< only the classifier was trained

  NetworkSpec spec() const;
  std::vector<int> class_ids() const;
  std::vector<std::string> class_names() const;

  /// What differs from `other` and would change the weights, as "epochs (12, not 6)"; empty if
  /// nothing.
  std::string difference(const RunInfo& other) const;
};

void write_run(const std::filesystem::path& run, const RunInfo& info);

/// Throws Error{input} if `run` is not a run folder or is one of a later format.
RunInfo read_run(const std::filesystem::path& run);

/// The weights of a finished run as they were trained. Throws Error{input} if it is not finished or
/// damaged.
Weights read_run_weights(const std::filesystem::path& run);

/// True if `path` is a folder with a run.json.
bool is_run(const std::filesystem::path& path);

}  // namespace signpost
