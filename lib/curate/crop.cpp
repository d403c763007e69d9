#include "curate/crop.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/json_text.h"

namespace signpost {

std::string roi_fault(const Sample& sample) {
  if (!sample.roi) return {};
  const Roi& roi = *sample.roi;
  const bool empty = roi.x1 >= roi.x2 || roi.y1 >= roi.y2;
  const bool outside = roi.x1 < 0 || roi.y1 < 0 || (sample.width && roi.x2 > *sample.width) ||
                       (sample.height && roi.y2 > *sample.height);
  if (!empty && !outside) return {};
  const std::string text = fmt::format("roi [{},{},{},{}]", roi.x1, roi.y1, roi.x2, roi.y2);
  if (empty) return text + " is empty; give it as [x1,y1,x2,y2] with x1 < x2 and y1 < y2";
  if (!sample.width || !sample.height) return text + " leaves its image; correct the box";
  return fmt::format("{} leaves its {}x{} image; correct the box", text, *sample.width,
                     *sample.height);
}

Cropper::Cropper(int size, double margin) {
  std::string number;
  append_json_number(number, margin);
  if (number.find_first_of(".e") == std::string::npos) number += ".0";
  op_ = fmt::format(R"({{"crop":{{"size":{},"margin":{}}}}})", size, number);
}

std::string Cropper::apply(Sample& sample) {
  if (std::string fault = roi_fault(sample); !fault.empty()) return fault;
  if (!sample.ops.empty()) {
    try {
      const std::vector<Op> ops = decoder_.ops(sample);
      if (std::any_of(ops.begin(), ops.end(),
                      [](const Op& op) { return std::holds_alternative<CropOp>(op); }))
        return "is cropped already; crop the samples as they came from ingest";
    } catch (const Error& error) {
      return error.what();
    }
  }
  sample.add_op(op_);
  return {};
}

}  // namespace signpost
