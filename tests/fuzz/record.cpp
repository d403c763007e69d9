// One line of a stream: the sample and its operations.
#include "base/error.h"
#include "harness.h"
#include "sample/sample.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SampleDecoder decoder;
  Sample sample, again;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (!decoder.decode(line, sample).empty()) return 0;
  PROMISE(!sample.id.empty() && !sample.image.empty());
  std::string once, twice;
  encode(sample, once);
  const std::string wrong = decoder.decode(once, again);
  PROMISE(wrong.empty());
  encode(again, twice);
  PROMISE(once == twice);
  PROMISE(again.id == sample.id && again.label == sample.label && again.roi == sample.roi);
  try {
    decoder.ops(sample);
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
