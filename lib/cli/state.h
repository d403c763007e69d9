#pragma once

#include <string>

namespace signpost {

/// What main found out before the command runs; written once, read by lib/cli alone.
struct State {
  std::string program = "signpost";
  bool quiet = false;
};

State& state();

}  // namespace signpost
