// Lines that `run` reads: samples, and corrections. And what a person types.
#include <sstream>

#include "harness.h"
#include "run/confirm.h"
#include "run/corrections.h"
#include "run/samples.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::istringstream samples(text);
  SampleSource source(samples, "m");
  while (const std::optional<Subject> subject = source.next()) {
    PROMISE(!subject->where.empty());
    if (!subject->wrong.empty()) continue;
    PROMISE(!subject->file.empty());
    PROMISE(!subject->user_label || *subject->user_label >= 0);
  }
  std::istringstream lines(text);
  Rejects rejects("fuzz", {{}, false, true});
  const Corrections corrections(lines, "c", rejects);
  Subject one;
  one.file = text;
  const std::optional<int> label = corrections.find(one);
  PROMISE(!label || *label >= 0);
  const std::vector<Label> labels = {{14, "Stop", "Halt"}, {1, "Limit", "Tempo"}};
  const Confirmation said = parse_confirmation(text, 14, labels);
  PROMISE(said.kind != Confirmation::Kind::label || said.label == 14 || said.label == 1);
  PROMISE((said.kind == Confirmation::Kind::unclear) == !said.wrong.empty());
  return 0;
}
