#pragma once

#include <string>
#include <string_view>

#include "store/captures.h"

namespace signpost {

/// Reads what `signpost run` prints of an image: `file`, `label`, `confidence`, `top`, `model`; of
/// these only `file` is needed. `device` and `group` may stand there too, other fields are passed
/// over. Returns an empty string, or what is wrong with the record.
std::string parse_submission(std::string_view line, Submission& submission);

/// Reads one row of labels: `capture`, `verdict`, `label`, `roi`, `note`, `annotator`. A row with a
/// label and no verdict labels. Returns an empty string, or what is wrong with the row; whether it
/// fits the capture is for CaptureStore::annotate to say.
std::string parse_annotation(std::string_view line, Annotation& annotation);

/// Appends a capture as one JSON object, without a newline; `image` is where its bytes are.
void append_capture(std::string& out, const CaptureState& capture, const std::string& image);

/// A capture as a sample of the stream: its id is "capture/" and the short id, its group "capture/"
/// and the physical sign, or its own id where that is unknown; its roi the annotator's, or the
/// whole image. The annotator, the annotation's id and the device travel as unknown fields.
Sample sample_of(const CaptureState& capture, const std::string& image);

}  // namespace signpost
