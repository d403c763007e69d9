#pragma once

#include <memory>
#include <string>

#include "base/file.h"

namespace signpost {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. Thread-safe.
std::string sha256_hex(ByteView bytes);

/// SHA-256 of bytes that come piece by piece. Movable, not copyable.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();
  void add(ByteView bytes);
  void add(std::string_view text) { add(as_bytes(text)); }
  /// Ends the digest; call once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace signpost
