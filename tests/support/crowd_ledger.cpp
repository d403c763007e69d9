#include "support/crowd_ledger.h"

#include <fmt/format.h>

#include <algorithm>

namespace signpost {

void CrowdLedger::compare(const CaptureHistory& history) {
  const std::string id = short_id(history.state.sha256);
  std::map<std::string, int> standing;
  for (const AnnotationRecord& one : history.annotations) {
    const Annotation& said = one.annotation;
    if (one.withdraws != 0) {
      ++gone_;
      if (!withdrawn_.contains(one.withdraws))
        wrong_.push_back(fmt::format("nobody was told that {} is withdrawn", one.withdraws));
      continue;
    }
    const auto told = labels_.find(one.id);
    if (told == labels_.end()) {
      ++others_;
      continue;
    }
    ++there_;
    if (told->second.annotator != said.annotator || told->second.capture != id ||
        told->second.label != said.label)
      wrong_.push_back(fmt::format("annotation {} is not what was acknowledged", one.id));
    if (one.stands && ++standing[said.annotator] > 1)
      wrong_.push_back(fmt::format("{} has two labels of {}", id, said.annotator));
  }
  if (standing.size() > 1)
    wrong_.push_back(fmt::format("{} people labelled {}", standing.size(), id));
  for (const ReviewRecord& one : history.reviews) {
    const auto told = reviews_.find(one.id);
    if (told == reviews_.end() || told->second != id)
      wrong_.push_back(fmt::format("nobody was told of review {}", one.id));
    ++reviewed_;
  }
}

std::vector<std::string> CrowdLedger::settle(CaptureStore& store, std::size_t before) {
  std::vector<std::string> ids, why;
  std::set<std::string> captures;
  store.each({}, [&](const CaptureState& one) {
    ids.push_back(short_id(one.sha256));
    captures.insert(one.sha256);
  });
  std::string wrong;
  for (const std::string& id : ids) compare(store.history(id, wrong).value());
  const auto expect = [&](std::size_t found, std::size_t acknowledged, const char* what) {
    if (found != acknowledged)
      wrong_.push_back(fmt::format("{} {} acknowledged, {} there", acknowledged, what, found));
  };
  expect(there_, labels_.size(), "labels");
  expect(others_, before, "annotations of before");
  expect(gone_, withdrawn_.size(), "withdrawals");
  expect(reviewed_, reviews_.size(), "reviews");
  expect(static_cast<std::size_t>(std::ranges::count_if(
             submitted_, [&](const std::string& one) { return captures.contains(one); })),
         submitted_.size(), "submissions");
  for (const std::string& one : store.damage(true)) wrong_.push_back(one);
  return wrong_;
}

}  // namespace signpost
