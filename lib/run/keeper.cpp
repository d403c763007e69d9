#include "run/keeper.h"

#include "base/digest.h"
#include "base/json_text.h"
#include "codecs/decode.h"
#include "queue/capture_metadata.h"

namespace signpost {
namespace {

/// A frame has no name of its own.
std::string named(const Subject& subject, const std::string& line) {
  if (!subject.file.empty()) return line;
  const std::string name = "frame-" + std::to_string(subject.frame.value_or(0)) + ".png";
  return "{\"file\":" + json_string(name) + "," + line.substr(1);
}

}  // namespace

bool CaptureKeeper::wants(const Subject& subject, const Verdict& verdict) const {
  const std::optional<int>& said = subject.user_label;
  switch (when_) {
    case KeepWhen::all:
      return true;
    case KeepWhen::unsure:
      return verdict.abstain.value_or(false);
    case KeepWhen::wrong:
      return said && *said != verdict.label().id;
    case KeepWhen::confirmed:
      return said.has_value();
  }
  return false;
}

std::optional<std::string> CaptureKeeper::keep(const Subject& subject, const std::string& line,
                                               std::string& wrong) {
  const std::optional<std::string> metadata = capture_metadata(named(subject, line), wrong);
  if (!metadata) return std::nullopt;
  const Bytes png = subject.file.empty() ? encode_png(subject.image) : Bytes();
  const ByteView bytes = subject.file.empty() ? png : subject.bytes;
  const std::string ending = "." + std::string(image_type(bytes));
  std::string key = sha256_hex(bytes);
  const bool told = !queue_.add(bytes, ending, *metadata) && subject.user_label;
  if (told && !queue_.amend(key, *metadata)) queue_.add(bytes, ending, *metadata);
  if (most_ > 0) {
    const std::vector<std::string> keys = queue_.pending();
    for (std::size_t i = 0; i + most_ < keys.size(); ++i) queue_.remove(keys[i]);
  }
  return key;
}

}  // namespace signpost
