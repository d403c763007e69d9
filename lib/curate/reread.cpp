#include "curate/reread.h"

#include "base/interrupt.h"

namespace signpost {

std::map<std::uint64_t, Sample> samples_on(const std::vector<std::uint64_t>& wanted,
                                           LineReader& lines) {
  std::map<std::uint64_t, Sample> samples;
  if (wanted.empty()) return samples;
  lines.rewind();
  SampleDecoder decoder;
  std::string_view text;
  auto next = wanted.begin();
  while (next != wanted.end() && lines.next(text)) {
    stop_if_interrupted();
    if (lines.line_number() != *next) continue;
    decoder.decode(text, lines.readable_after(text), samples[*next]);
    ++next;
  }
  return samples;
}

}  // namespace signpost
