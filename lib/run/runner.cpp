#include "run/runner.h"

#include <chrono>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "base/json_text.h"
#include "base/ordered_threads.h"
#include "codecs/decode.h"
#include "device/answer.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

/// `message` without the name of the file that it starts with, as a reject names it anyway.
std::string without_name(std::string message, const std::string& file) {
  if (message.starts_with(file + ": ")) message.erase(0, file.size() + 2);
  return message;
}

void append_box(std::string& json, const Box& box) {
  json += "\"roi\":[" + std::to_string(box.x1) + ',' + std::to_string(box.y1) + ',' +
          std::to_string(box.x2) + ',' + std::to_string(box.y2) + ']';
}

/// What is known of the picture itself, with a comma at its end.
std::string opening(const Subject& subject, const std::optional<Box>& roi) {
  std::string json = "{";
  if (!subject.id.empty()) json += "\"id\":" + json_string(subject.id) + ',';
  if (subject.frame) {
    json += "\"frame\":" + std::to_string(*subject.frame) + ',';
  } else {
    json += "\"file\":" + json_string(subject.file) + ',';
  }
  if (subject.time_s) {
    json += "\"time_s\":";
    append_json_number(json, *subject.time_s);
    json += ',';
  }
  if (!subject.group.empty()) json += "\"group\":" + json_string(subject.group) + ',';
  if (roi) {
    append_box(json, *roi);
    json += ',';
  }
  return json;
}

std::string milliseconds(Clock::duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f",
                std::chrono::duration<double, std::milli>(duration).count());
  return text;
}

}  // namespace

Runner::Runner(const RunnerOptions& options, Rejects& rejects,
               std::function<void(const std::string&)> print)
    : options_(options), rejects_(rejects), print_(std::move(print)), reader_(options.root) {
  pool_.push_back(Cascade::open(options.cascade));
  free_.push_back(&pool_.front());
}

Cascade& Runner::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return pool_.emplace_back(pool_.front().twin());
  Cascade& cascade = *free_.back();
  free_.pop_back();
  return cascade;
}

void Runner::give_back(Cascade& cascade) {
  const std::lock_guard lock(mutex_);
  free_.push_back(&cascade);
}

bool Runner::load(Subject& subject) const {
  try {
    reader_.read(subject.file, subject.bytes);
  } catch (const Error& error) {
    subject.wrong = without_name(error.what(), subject.file);
    return false;
  }
  return decode_image(subject.bytes, subject.image, subject.wrong);
}

Runner::Answer Runner::answer(Subject subject) {
  Answer answer;
  answer.subject = std::move(subject);
  Subject& of = answer.subject;
  const Clock::time_point start = Clock::now();
  if (!of.wrong.empty() || (!of.file.empty() && !load(of))) return answer;
  const std::optional<Box> given = of.roi ? of.roi : options_.roi;
  const Box roi = given.value_or(Box{0, 0, of.image.width, of.image.height});
  Cascade& cascade = take();
  const std::string refusal = cascade.refusal(of.image, roi);
  if (refusal.empty()) {
    answer.verdict = cascade.classify(of.image, roi);
    answer.line = opening(of, given);
    append_prediction(answer.line, *answer.verdict.package, answer.verdict.probabilities,
                      options_.top, answer.verdict.abstain);
    if (options_.time) answer.line += ",\"time_ms\":" + milliseconds(Clock::now() - start);
  } else {
    of.wrong = "the region " + refusal;
    if (!of.roi) of.wrong += options_.roi ? "; pass another --roi" : "; pass --roi";
  }
  give_back(cascade);
  const bool kept = captures_ || confirmed_;
  if (!kept) of.image = Image(), of.bytes = Bytes();
  return answer;
}

void Runner::finish(Answer answer) {
  Subject& subject = answer.subject;
  if (!subject.wrong.empty()) return rejects_.add(subject.where, subject.wrong, subject.record);
  if (!subject.user_label && corrections_) subject.user_label = corrections_->find(subject);
  if (!subject.user_label && confirmer_)
    subject.user_label = confirmer_->ask(subject.where, answer.verdict);
  std::string& line = answer.line;
  if (subject.user_label) line += ",\"user_label\":" + std::to_string(*subject.user_label);
  std::string wrong;
  const auto keep = [&](CaptureKeeper* keeper) -> std::optional<std::string> {
    if (!keeper || !keeper->wants(subject, answer.verdict)) return std::nullopt;
    return keeper->keep(subject, line + "}", wrong);
  };
  keep(confirmed_);
  if (const std::optional<std::string> saved = keep(captures_))
    line += ",\"saved\":\"" + *saved + "\"";
  line += "}\n";
  print_(line);
  if (!wrong.empty()) rejects_.add(subject.where, "is answered but not kept: it " + wrong, line);
}

void Runner::run(SubjectSource& source) {
  OrderedThreads<Subject, Answer>::run(
      options_.jobs, [&] { return source.next(); },
      [&](Subject subject) { return answer(std::move(subject)); },
      [&](Answer answer) { finish(std::move(answer)); });
}

}  // namespace signpost
