#include "store/records.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

std::string submission_error(const std::string& line) {
  Submission submission;
  return parse_submission(line, submission);
}

std::string annotation_error(const std::string& line) {
  Annotation annotation;
  return parse_annotation(line, annotation);
}

CaptureState labelled() {
  CaptureState capture;
  capture.sha256 = std::string(16, 'a') + std::string(48, 'b');
  capture.width = 40;
  capture.height = 30;
  capture.status = "labelled";
  capture.annotation_id = 7;
  capture.annotation = {{}, "Zoë \"Z\"", "label", 14, {}, {}};
  return capture;
}

std::string encoded(const Truth& truth) {
  std::string out;
  encode(sample_of(truth, "c.db.images/aa/a.png"), out);
  return out;
}

}  // namespace

TEST_CASE("what run prints is a submission") {
  Submission submission;
  REQUIRE(parse_submission(
              R"({"file":"a.png","label":14,"name":"Stop","confidence":0.98,"model":"net-1.0",)"
              R"("top":[{"label":14,"name":"Stop","confidence":0.98}],"ms":1.5,"device":"phone"})",
              submission)
              .empty());
  CHECK(submission.file == "a.png");
  CHECK(submission.device == "phone");
  CHECK(submission.group.empty());
  REQUIRE(submission.prediction);
  CHECK(submission.prediction->label == 14);
  CHECK(submission.prediction->confidence == 0.98);
  CHECK(submission.prediction->model == "net-1.0");
  CHECK(submission.prediction->top == R"([{"label":14,"name":"Stop","confidence":0.98}])");
}

TEST_CASE("a file alone is a submission without a prediction") {
  Submission submission;
  REQUIRE(parse_submission(R"({"file":"a.png","label":null,"group":"x"})", submission).empty());
  CHECK_FALSE(submission.prediction);
  CHECK(submission.group == "x");
}

TEST_CASE("a bad submission says which field is wrong") {
  CHECK(submission_error("{") == "is not valid JSON");
  CHECK(submission_error("{} {}") == "is not valid JSON");
  CHECK(submission_error("{\"file\":\"\xff\"}") == "is not valid JSON");
  CHECK(submission_error("7") == "is not a JSON object");
  CHECK(submission_error("{}") == "has no \"file\"");
  CHECK(submission_error(R"({"file":7})") == "field \"file\" must be a string");
  CHECK(submission_error(R"({"file":"a","label":"14"})") ==
        "field \"label\" must be a whole number");
  CHECK(submission_error(R"({"file":"a","label":18446744073709551615})") ==
        "field \"label\" must be a whole number");
  CHECK(submission_error(R"({"file":"a","label":-1})") ==
        "field \"label\" must be a class id, 0 or more");
  CHECK(submission_error(R"({"file":"a","label":1,"confidence":1.01})") ==
        "field \"confidence\" must be a number from 0 to 1");
  CHECK(submission_error(R"({"file":"a","label":1,"top":{}})") == "field \"top\" must be a list");
  CHECK(submission_error("{\"file\":" + std::string(100000, '[')) == "is nested more than 32 deep");
}

TEST_CASE("a row of labels is an annotation") {
  Annotation annotation;
  REQUIRE(
      parse_annotation(R"({"capture":"abcdef","label":3,"roi":[1,2,3,4],"note":"n"})", annotation)
          .empty());
  CHECK(annotation.capture == "abcdef");
  CHECK(annotation.verdict == "label");
  CHECK(annotation.label == 3);
  CHECK(annotation.roi == Roi{1, 2, 3, 4});
  CHECK(annotation.note == "n");
  REQUIRE(
      parse_annotation(R"({"capture":"abcdef","verdict":"reject","annotator":"ann"})", annotation)
          .empty());
  CHECK(annotation.verdict == "reject");
  CHECK(annotation.annotator == "ann");
  CHECK_FALSE(annotation.label);
}

TEST_CASE("a bad row of labels says which field is wrong") {
  CHECK(annotation_error("[]") == "is not a JSON object");
  CHECK(annotation_error(R"({"label":1})") == "has no \"capture\"");
  CHECK(annotation_error(R"({"capture":"abcdef"})") == "has neither \"label\" nor \"verdict\"");
  CHECK(annotation_error(R"({"capture":"abcdef","label":1.5})") ==
        "field \"label\" must be a whole number");
  for (const char* roi : {"[1,2,3]", "[1,2,3,4,5]", "[1,2,3,4.5]", "{}", "[1,2,3,9999999999]"}) {
    CHECK(annotation_error(R"({"capture":"abcdef","label":1,"roi":)" + std::string(roi) + "}") ==
          "field \"roi\" must be four whole numbers [x1,y1,x2,y2]");
  }
}

TEST_CASE("a labelled capture is a sample of the stream, with those who made it") {
  Truth truth;
  truth.capture = labelled();
  truth.label = 14;
  truth.annotations = {5, 7};
  truth.annotators = {"bob", "Zoë \"Z\""};
  CHECK(encoded(truth) ==
        R"({"id":"capture/aaaaaaaaaaaaaaaa","image":"c.db.images/aa/a.png","width":40,"height":30,)"
        R"("roi":[0,0,40,30],"label":14,"group":"capture/aaaaaaaaaaaaaaaa","sha256":")" +
            truth.capture.sha256 + R"(","annotations":[5,7],"annotators":["bob","Zoë \"Z\""]})");
  truth.roi = Roi{1, 2, 30, 20};
  truth.reviewer = "cyd";
  truth.capture.group = "corner";
  truth.capture.device = "phone";
  truth.capture.taken = "2026-01-01T03:04:05.000Z";
  truth.capture.flagged = true;
  CHECK(encoded(truth) ==
        R"({"id":"capture/aaaaaaaaaaaaaaaa","image":"c.db.images/aa/a.png","width":40,"height":30,)"
        R"("roi":[1,2,30,20],"label":14,"group":"capture/corner","sha256":")" +
            truth.capture.sha256 +
            R"(","annotations":[5,7],"annotators":["bob","Zoë \"Z\""],"reviewer":"cyd",)"
            R"("device":"phone","taken":"2026-01-01T03:04:05.000Z","flagged":true})");
}

TEST_CASE("a capture that nobody has labelled is a sample without a label") {
  Truth truth;
  truth.capture = labelled();
  CHECK(encoded(truth) ==
        R"({"id":"capture/aaaaaaaaaaaaaaaa","image":"c.db.images/aa/a.png","width":40,"height":30,)"
        R"("roi":[0,0,40,30],"group":"capture/aaaaaaaaaaaaaaaa","sha256":")" +
            truth.capture.sha256 + R"("})");
}

TEST_CASE("a listed capture has what is known and no more") {
  CaptureState capture = labelled();
  capture.annotated = "2026-01-02T03:04:05.678Z";
  capture.received = "2026-01-01T03:04:05.678Z";
  capture.media_type = "image/png";
  capture.file = "a.png";
  capture.prediction = Prediction{"net-1", 3, 0.25, R"([{"label":3}])"};
  std::string out;
  append_capture(out, capture, "i.png");
  CHECK(out ==
        R"({"capture":"aaaaaaaaaaaaaaaa","status":"labelled","image":"i.png",)"
        R"("media_type":"image/png","width":40,"height":30,"file":"a.png",)"
        R"("received":"2026-01-01T03:04:05.678Z","sha256":")" +
            capture.sha256 +
            R"(","prediction":{"label":3,"confidence":0.25,"model":"net-1","top":[{"label":3}]},)"
            R"("annotation":{"id":7,"annotator":"Zoë \"Z\"","created":"2026-01-02T03:04:05.678Z",)"
            R"("verdict":"label","label":14}})");
}

TEST_CASE("a submission may tell when and where") {
  Submission submission;
  REQUIRE(parse_submission(R"({"file":"a","taken":"2026-01-02","latitude":48.5,"longitude":-11})",
                           submission)
              .empty());
  CHECK(submission.taken == "2026-01-02");
  CHECK(submission.place == Place{48.5, -11});
  CHECK(submission_error(R"({"file":"a","latitude":1})") ==
        "has one of \"latitude\" and \"longitude\"; give both");
  CHECK(submission_error(R"({"file":"a","latitude":"1","longitude":2})") ==
        "field \"latitude\" must be a number");
  CHECK(submission_error(R"({"file":"a\u0000b"})") ==
        "field \"file\" must be a path; a NUL ends one");
}

TEST_CASE("a row of labels may tell how it was made") {
  Annotation annotation;
  REQUIRE(parse_annotation(R"({"capture":"abcdef","label":3,"blind":true,"milliseconds":1200})",
                           annotation)
              .empty());
  CHECK(annotation.blind);
  CHECK(annotation.milliseconds == 1200);
  CHECK(annotation_error(R"({"capture":"abcdef","label":3,"blind":1})") ==
        "field \"blind\" must be true or false");
}

TEST_CASE("a row of reviews is a decision; one with a label alone adjudicates") {
  Review review;
  REQUIRE(
      parse_review(R"({"capture":"abcdef","decision":"accept","annotation":4,"note":"n"})", review)
          .empty());
  CHECK(review.decision == "accept");
  CHECK(review.annotation == 4);
  CHECK(review.note == "n");
  REQUIRE(parse_review(R"({"capture":"abcdef","label":4,"reviewer":"cyd"})", review).empty());
  CHECK(review.decision == "adjudicate");
  CHECK(review.label == 4);
  CHECK(review.reviewer == "cyd");
  CHECK(parse_review(R"({"capture":"abcdef"})", review) ==
        "has neither \"label\" nor \"decision\"");
  CHECK(parse_review(R"({"decision":"accept"})", review) == "has no \"capture\"");
}

TEST_CASE("what was ever said of a capture is told in its order") {
  CaptureHistory history;
  history.state = labelled();
  history.predictions = {{"t1", Prediction{"net-1", 3, 0.5, {}}}};
  AnnotationRecord record;
  record.id = 7;
  record.created = "t2";
  record.mode = "blind";
  record.stands = true;
  record.annotation = history.state.annotation;
  record.annotation.milliseconds = 900;
  history.annotations = {record};
  history.reviews = {{2, 7, "t3", "cyd", "accept", ""}};
  history.similar = {{"cccccccccccccccc", 0.5}};
  history.known = {{"gtsrb", "train/1", "train"}};
  std::string out;
  append_history(out, history, {});
  CHECK(out == R"({"capture":"aaaaaaaaaaaaaaaa","status":"labelled","width":40,"height":30,)"
               R"("sha256":")" +
                   history.state.sha256 +
                   R"(","annotation":{"id":7,"annotator":"Zoë \"Z\"","verdict":"label",)"
                   R"("label":14},"predictions":[{"created":"t1","label":3,"confidence":0.5,)"
                   R"("model":"net-1"}],"annotations":[{"id":7,"annotator":"Zoë \"Z\"",)"
                   R"("created":"t2","mode":"blind","verdict":"label","label":14,)"
                   R"("milliseconds":900,"stands":true}],"reviews":[{"id":2,"annotation":7,)"
                   R"("reviewer":"cyd","created":"t3","decision":"accept"}],)"
                   R"("similar":[{"capture":"cccccccccccccccc","similarity":0.5}],)"
                   R"("known":[{"source":"gtsrb","sample":"train/1","split":"train"}]})");
}

}  // namespace signpost
