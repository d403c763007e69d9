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

std::string encoded(const CaptureState& capture) {
  std::string out;
  encode(sample_of(capture, "c.db.images/aa/a.png"), out);
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

TEST_CASE("a labelled capture is a sample of the stream") {
  CaptureState capture = labelled();
  CHECK(encoded(capture) ==
        R"({"id":"capture/aaaaaaaaaaaaaaaa","image":"c.db.images/aa/a.png","width":40,"height":30,)"
        R"("roi":[0,0,40,30],"label":14,"group":"capture/aaaaaaaaaaaaaaaa","sha256":")" +
            capture.sha256 + R"(","annotator":"Zoë \"Z\"","annotation":7})");
  capture.annotation.roi = Roi{1, 2, 30, 20};
  capture.group = "corner";
  capture.device = "phone";
  CHECK(encoded(capture) ==
        R"({"id":"capture/aaaaaaaaaaaaaaaa","image":"c.db.images/aa/a.png","width":40,"height":30,)"
        R"("roi":[1,2,30,20],"label":14,"group":"capture/corner","sha256":")" +
            capture.sha256 + R"(","annotator":"Zoë \"Z\"","annotation":7,"device":"phone"})");
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

}  // namespace signpost
