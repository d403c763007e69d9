#include "base/error.h"
#include "harness.h"
#include "model/signature.h"

using namespace signpost;

namespace {

constexpr const char* kKey = "RWQ4WecADWkOSM7/XMQM1hdQN6xjDJh4okDaRGSFU7eZ8j+yS2Qc4Ysu";

bool accepted(std::string_view bytes, std::string_view signature) {
  try {
    verify_signature(as_bytes(bytes), signature, read_public_key(kKey), "x");
    return true;
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
    return false;
  }
}

}  // namespace

/// Whatever stands in a .minisig file, it is refused in words, or is a signature of the signed text
/// and of no other.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view signature(reinterpret_cast<const char*>(data), size);
  accepted("traffic signs\n", signature);
  PROMISE(!accepted("traffic sings\n", signature));
  return 0;
}
