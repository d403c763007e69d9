#pragma once

#include "serve/web_server.h"

namespace signpost {

/// Serves our drawings of GTSRB's 43 signs at /signs/N.png, to everyone; each is drawn when it is
/// first asked for.
void add_sign_pictures(WebServer& server);

}  // namespace signpost
