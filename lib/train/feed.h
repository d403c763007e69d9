#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "image/augment.h"
#include "pixels/preprocess.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// The decoded pixels of one side of a split, in memory: each photograph is read and resampled
/// once. With a pad, what is kept of a sample is its crop and its surroundings, from which every
/// epoch draws anew.
class PixelSet {
 public:
  int size = 0, pad = 0;
  std::vector<Sample> samples;
  std::vector<std::int64_t> targets;  ///< the network's output for each sample's label
  std::vector<std::uint8_t> pixels;   ///< samples x (size + 2 pad)^2 x 3, HWC

  int side() const { return size + 2 * pad; }
  std::size_t pixel_bytes() const {
    return static_cast<std::size_t>(side()) * static_cast<std::size_t>(side()) * 3;
  }
  std::span<const std::uint8_t> at(std::size_t i) const {
    return std::span(pixels).subspan(i * pixel_bytes(), pixel_bytes());
  }
  /// The inner size x size of sample `i`: the plain crop.
  void crop(std::size_t i, std::span<std::uint8_t> out) const;
};

struct DataSet {
  Preprocessing preprocessing;  ///< what the samples' crop operations say; one for all
  PixelSet train, validation;
  std::string digest;  ///< SHA-256 over the records that are used
};

/// Which of several processes reads: every `count`th training sample, from the `index`th. The
/// validation samples are for all of them.
struct Share {
  std::uint64_t index = 0, count = 1;
};

/// Reads the stream `manifest`: "train" and "val" samples, the rest is left out. All must carry the
/// same crop; a stream without any gets `fallback`. With a `recipe`, training samples keep the
/// surroundings that it asks for. Unreadable images go to `rejects`, as do samples without a label
/// or with one that is not in `class_ids`, which is sorted and tells the class id of each output of
/// the network. Throws Error{input} if either side is empty or the crops differ.
DataSet load_data(const std::string& manifest, const std::filesystem::path& root,
                  const Preprocessing& fallback, const Recipe* recipe,
                  const std::vector<int>& class_ids, Share share, int jobs, Rejects& rejects,
                  Progress& progress);

/// Mean and standard deviation of each channel, 0 to 255, over plain crops.
struct ChannelStatistics {
  std::array<float, 3> mean{}, deviation{};
};
ChannelStatistics channel_statistics(const PixelSet& set);

/// How many samples each of the network's outputs has.
std::vector<std::uint64_t> class_counts(const PixelSet& set, std::size_t classes);

/// For each output of a network, by Transform: the output that a transformed image of its class
/// belongs to, or -1 where that shows no class of the network.
using TransformTargets = std::vector<std::array<std::int64_t, kTransformCount>>;

/// As `catalogue` has it. `class_ids` is sorted and tells the class id of each output.
TransformTargets transform_targets(const Catalogue& catalogue, const std::vector<int>& class_ids);

/// How training samples are varied afresh in each epoch.
struct Variation {
  Recipe recipe;
  TransformTargets targets;
  /// Half of the samples whose mirror image shows a class of the network are mirrored, where the
  /// recipe has no transforms of its own.
  bool mirror = false;
};

struct Batch {
  std::vector<std::uint8_t> pixels;  ///< count x size x size x 3, HWC
  std::vector<std::int64_t> labels;
  std::size_t count = 0;
};

/// The shuffled, freshly augmented batches of one epoch, made ahead by a thread of its own. The
/// order and every variant are functions of (seed, epoch, sample id): neither time nor the number
/// of threads changes them. A flip or a turn that makes another class of a sign gives that class's
/// label; one that makes no class of it is left out, and the rest of the variant is drawn all the
/// same.
class EpochFeed {
 public:
  /// `set` and `variation` must outlive the feed; a null variation means plain crops. The last,
  /// incomplete batch is dropped.
  EpochFeed(const PixelSet& set, const Variation* variation, std::uint64_t seed,
            std::uint64_t epoch, std::size_t batch_size);
  EpochFeed(const EpochFeed&) = delete;
  EpochFeed& operator=(const EpochFeed&) = delete;
  ~EpochFeed();

  std::size_t batches() const { return batches_; }
  /// The next batch, or nothing after the last.
  std::optional<Batch> next();

 private:
  void produce();
  Batch make(std::size_t index) const;
  Transform transform_of(const std::string& id) const;
  std::int64_t vary(std::size_t i, std::span<std::uint8_t> out) const;

  const PixelSet& set_;
  const Variation* variation_;
  std::uint64_t seed_, epoch_;
  std::size_t batch_size_, batches_;
  std::vector<std::uint32_t> order_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::size_t taken_ = 0;
  bool stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace signpost
