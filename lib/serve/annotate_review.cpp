#include <nlohmann/json.hpp>

#include "serve/annotate_api.h"
#include "store/object_writer.h"
#include "store/records.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

/// Whether what others said of a capture is still kept from the one who asks.
bool is_blind(const CaptureState& capture, const Account& account) {
  if (capture.wanted < 2 || capture.review_id != 0) return false;
  return account.role != Role::admin || capture.opinions < capture.wanted;
}

void blind(CaptureHistory& history, const std::string& annotator) {
  std::erase_if(history.annotations,
                [&](const AnnotationRecord& one) { return one.annotation.annotator != annotator; });
  for (AnnotationRecord& one : history.annotations) one.stands = true;
  history.reviews.clear();
  history.state.status.clear();
  history.state.annotation_id = 0;
  history.state.opinions = 0;
}

std::string history_json(const CaptureHistory& history) {
  std::string out;
  append_history(out, history, "");
  return out;
}

std::string progress_json(const AnnotatorProgress& progress) {
  std::string out;
  ObjectWriter object(out);
  object.number("annotations", progress.annotations)
      .number("withdrawn", progress.withdrawn)
      .number("last_day", progress.last_day)
      .real("median_ms", progress.median_ms)
      .number("left", progress.left)
      .end();
  return out;
}

}  // namespace

WebAnswer AnnotateApi::history(const WebRequest& request) {
  std::string wrong;
  std::optional<CaptureHistory> history = store_.reader()->history(request.rest, wrong);
  if (!history) return problem(404, wrong);
  if (is_blind(history->state, *request.account)) blind(*history, request.account->name);
  return json_answer(200, history_json(*history));
}

WebAnswer AnnotateApi::progress(const WebRequest& request) {
  const StorePool::Use store = store_.reader();
  std::string waiting;
  ObjectWriter classes(waiting);
  for (const auto& [label, count] : store->waiting(request.account->name))
    classes.number(std::to_string(label), count);
  classes.end();
  std::string out;
  ObjectWriter object(out);
  object.raw("mine", progress_json(store->progress(request.account->name))).raw("waiting", waiting);
  if (request.query.contains("all")) {
    std::string figures;
    append_figures(figures, store->figures());
    object.raw("all", figures);
  }
  object.end();
  return json_answer(200, std::move(out));
}

WebAnswer AnnotateApi::disputed(const WebRequest& request) {
  constexpr std::size_t kMost = 50;
  const StorePool::Use store = store_.reader();
  std::vector<std::string> ids;
  std::int64_t count = 0;
  CaptureFilter filter;
  filter.statuses = {"disputed"};
  store->each(filter, [&](const CaptureState& capture) {
    if (is_blind(capture, *request.account)) return;
    if (++count <= static_cast<std::int64_t>(kMost)) ids.push_back(short_id(capture.sha256));
  });
  std::string captures = "[", wrong;
  for (const std::string& id : ids) {
    const std::optional<CaptureHistory> history = store->history(id, wrong);
    if (!history) continue;
    if (captures.size() > 1) captures += ',';
    captures += history_json(*history);
  }
  std::string out;
  ObjectWriter(out).number("count", count).raw("captures", captures + "]").end();
  return json_answer(200, std::move(out));
}

WebAnswer AnnotateApi::adjudicate(const WebRequest& request) {
  WebAnswer refusal;
  const std::optional<Json> json = body_object(request, refusal);
  if (!json) return refusal;
  Json row = *json;
  row["decision"] = "adjudicate";
  Review review;
  std::string wrong = parse_review(row.dump(), review);
  if (!wrong.empty()) return problem(400, wrong);
  review.reviewer = request.account->name;
  const StorePool::Use store = store_.writer();
  const std::optional<CaptureState> capture = store->find(review.capture, wrong);
  if (!capture) return problem(404, wrong);
  if (capture->status != "disputed" || is_blind(*capture, *request.account))
    return problem(409, "nobody disputes this capture, or somebody has decided on it");
  const ReviewAnswer answer = store->review(std::span(&review, 1)).front();
  if (!answer.wrong.empty()) return problem(400, answer.wrong);
  return json_answer(200, "{\"review\":" + std::to_string(answer.review) + "}");
}

}  // namespace signpost
