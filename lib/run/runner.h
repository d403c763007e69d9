#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/archive.h"
#include "base/rejects.h"
#include "device/cascade.h"
#include "run/confirm.h"
#include "run/corrections.h"
#include "run/keeper.h"
#include "run/subject.h"

namespace signpost {

struct RunnerOptions {
  CascadeOptions cascade;
  std::filesystem::path root;  ///< what relative names of pictures start from
  std::optional<Box> roi;      ///< of subjects that bring none
  std::size_t top = 5;
  int jobs = 0;
  bool time = false;  ///< say how long each answer took
};

/// Classifies what a source hands out and prints an answer a line (docs/commands/run.md).
class Runner {
 public:
  /// `print` gets each line, newline included.
  Runner(const RunnerOptions& options, Rejects& rejects,
         std::function<void(const std::string&)> print);

  const Package& package() const { return pool_.front().package(); }

  /// What people have said, asked in this order: the subject's own, `corrections`, `confirmer`.
  void use(const Corrections* corrections) { corrections_ = corrections; }
  void use(Confirmer* confirmer) { confirmer_ = confirmer; }
  /// Keeps pictures that `keeper` wants; `captures` is whether answers name what was kept.
  void keep_in(CaptureKeeper* keeper, bool captures) {
    (captures ? captures_ : confirmed_) = keeper;
  }

  /// Answers come in the order of the source, each as soon as it and those before it are done.
  void run(SubjectSource& source);

 private:
  struct Answer {
    Subject subject;
    Verdict verdict;
    std::string line;  ///< without its closing brace
  };
  Answer answer(Subject subject);
  bool load(Subject& subject) const;
  void finish(Answer answer);
  Cascade& take();
  void give_back(Cascade& cascade);

  const RunnerOptions options_;
  Rejects& rejects_;
  std::function<void(const std::string&)> print_;
  BlobReader reader_;
  const Corrections* corrections_ = nullptr;
  Confirmer* confirmer_ = nullptr;
  CaptureKeeper *captures_ = nullptr, *confirmed_ = nullptr;

  std::mutex mutex_;
  std::deque<Cascade> pool_;  ///< for as many threads as ask at once
  std::vector<Cascade*> free_;
};

}  // namespace signpost
