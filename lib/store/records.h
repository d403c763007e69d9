#pragma once

#include <string>
#include <string_view>

#include "store/captures.h"

namespace signpost {

/// Reads what `signpost run` prints of an image: `file`, `label`, `confidence`, `top`, `model`; of
/// these only `file` is needed. `device`, `group`, `taken`, `latitude` and `longitude` may stand
/// there too, other fields are passed over. Returns an empty string, or what is wrong with the
/// record.
std::string parse_submission(std::string_view line, Submission& submission);

/// Reads one row of labels: `capture`, `verdict`, `label`, `roi`, `note`, `annotator`, `blind`,
/// `milliseconds`. A row with a label and no verdict labels. Returns an empty string, or what is
/// wrong with the row; whether it fits the capture is for CaptureStore::annotate to say.
std::string parse_annotation(std::string_view line, Annotation& annotation);

/// Reads one row of reviews: `capture`, `decision`, `annotation`, `label`, `roi`, `note`,
/// `reviewer`. A row with a label and no decision adjudicates. As parse_annotation.
std::string parse_review(std::string_view line, Review& review);

/// Appends a capture as one JSON object, without a newline; `image` is where its bytes are, empty
/// for in the store.
void append_capture(std::string& out, const CaptureState& capture, const std::string& image);

/// The same with all that was ever said of it.
void append_history(std::string& out, const CaptureHistory& history, const std::string& image);

void append_figures(std::string& out, const StoreFigures& figures);

/// A capture as a sample of the stream: its id is "capture/" and the short id, its group "capture/"
/// and the physical sign, or its own id where that is unknown; its roi the annotators', or the
/// whole image. The annotations that agree, who made them, the reviewer, the device, the time and
/// whether it equals a known image travel as unknown fields.
Sample sample_of(const Truth& truth, const std::string& image);

}  // namespace signpost
