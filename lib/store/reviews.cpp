#include <fmt/format.h>

#include "store/captures.h"
#include "store/names.h"
#include "store/time.h"

namespace signpost {
namespace {

/// What can be told without looking at the store.
std::string wrong_form(const Review& review) {
  if (review.reviewer.empty()) return "has no reviewer; say who reviews with --reviewer";
  std::string wrong = wrong_name("reviewer", review.reviewer);
  if (!wrong.empty()) return wrong;
  const bool adjudicates = review.decision == "adjudicate";
  if (!adjudicates && review.decision != "accept" && review.decision != "reject") {
    return "has the decision \"" + review.decision + "\"; give accept, reject or adjudicate";
  }
  if (!adjudicates && (review.label || review.roi))
    return "has a label or roi and the decision " + review.decision + "; adjudicate to give them";
  if (review.annotation != 0 && (review.label || review.roi))
    return "has an annotation and a label or roi; give one of the two";
  return {};
}

}  // namespace

std::vector<ReviewAnswer> CaptureStore::review(std::span<const Review> reviews) {
  std::vector<ReviewAnswer> answers;
  if (reviews.empty()) return answers;
  Transaction transaction(database_);
  const std::string now = utc_text(clock_());
  for (const Review& one : reviews) answers.push_back(review_one(one, now));
  transaction.commit();
  return answers;
}

std::string CaptureStore::wrong_target(const Review& review, const Found& found,
                                       std::int64_t annotation) {
  Statement target(database_,
                   "SELECT a.annotator, a.verdict, w.annotation_id FROM annotations a"
                   " LEFT JOIN annotations w ON w.withdraws = a.annotation_id"
                   " WHERE a.annotation_id = ? AND a.capture_id = ? AND a.verdict <> 'withdraw'");
  if (!target.bind(annotation, found.id).step()) {
    return fmt::format("capture {} has no annotation {}; capture show lists those it has",
                       short_id(found.sha256), annotation);
  }
  if (!target.is_null(2)) return fmt::format("annotation {} was withdrawn", annotation);
  if (review.decision != "adjudicate" && target.text(0) == review.reviewer) {
    return fmt::format("annotation {} is {}'s own; a second person reviews it", annotation,
                       review.reviewer);
  }
  if (review.decision != "reject" && target.text(1) == "unsure")
    return fmt::format("annotation {} is unsure; adjudicate with a label", annotation);
  return {};
}

ReviewAnswer CaptureStore::review_one(const Review& review, const std::string& now) {
  ReviewAnswer answer;
  answer.wrong = wrong_form(review);
  if (!answer.wrong.empty()) return answer;
  const std::optional<Found> found = find_row(review.capture, answer.wrong);
  if (!found) return answer;
  answer.capture = short_id(found->sha256);
  if (review.decision == "adjudicate" && review.annotation == 0) {
    Annotation truth;
    truth.annotator = review.reviewer;
    truth.verdict = review.label ? "label" : "reject";
    truth.label = review.label;
    truth.roi = review.roi;
    if (!review.label && review.roi) {
      answer.wrong = "has a roi and no label; give both";
      return answer;
    }
    answer.wrong = wrong_annotation(truth, *found);
    if (!answer.wrong.empty()) return answer;
    answer.annotation = insert_annotation(*found, truth, "adjudication", now);
  } else if (review.annotation != 0) {
    answer.annotation = review.annotation;
  } else {
    Statement decides(database_,
                      "SELECT annotation_id, status FROM capture_now WHERE capture_id = ?");
    decides.bind(found->id).step();
    if (decides.is_null(0)) answer.wrong = "has no annotation yet; label it first";
    if (decides.text(1) == "disputed")
      answer.wrong = "is disputed; adjudicate it, or name the annotation that is meant";
    answer.annotation = decides.integer(0);
  }
  if (answer.wrong.empty()) answer.wrong = wrong_target(review, *found, answer.annotation);
  if (!answer.wrong.empty()) return answer;
  Statement(database_,
            "INSERT INTO reviews (capture_id, annotation_id, seen, reviewer, created, decision,"
            " note) VALUES (?1, ?2, (SELECT max(annotation_id) FROM annotations"
            " WHERE capture_id = ?1), ?3, ?4, ?5, ?6)")
      .bind(found->id, answer.annotation, review.reviewer, now, review.decision,
            null_if_empty(review.note))
      .run();
  answer.review = database_.last_id();
  return answer;
}

}  // namespace signpost
