#include "sample/history.h"

#include <string>

#include "base/provenance.h"
#include "harness.h"
#include "sample/sample.h"

using namespace signpost;

/// A history travels from program to program: what one writes, the next takes in, and all of it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  provenance().command = "signpost fuzz";

  History first, second;
  PROMISE(first.read(text) == is_history(text));
  const std::string written = first.take();
  PROMISE(!first.pending() && first.take().empty());
  PROMISE(second.read(written));
  PROMISE(second.known() == written);

  std::string history, buffer;
  const std::string record = "{\"id\":\"a\",\"image\":\"b\",\"history\":" + std::string(text) + "}";
  SampleDecoder decoder;
  Sample sample;
  if (!decoder.decode(record, sample).empty()) return 0;
  const std::string_view bare = without_history(record, history, buffer);
  if (!is_history(text)) return 0;
  PROMISE(history == decoder.history());
  PROMISE(bare == "{\"id\":\"a\",\"image\":\"b\"}");
  return 0;
}
