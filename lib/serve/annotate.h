#pragma once

#include <optional>
#include <string>

#include "serve/service.h"
#include "store/capture.h"

namespace signpost {

/// What the annotation page does unless its user chooses otherwise.
struct AnnotateOptions {
  CaptureOrder order = CaptureOrder::uncertain;  ///< any but digest
  std::optional<int> predicted = {};             ///< only captures predicted as this class
  int lease_seconds = 600;                       ///< an open page renews its leases in time
};

/// Adds the annotation page to a service that has not started: GET /annotate with its files, to which
/// GET / leads, the drawings of the signs, and what the page asks of the server under /v1/annotate/:
///
///   GET  setup         who works, on which classes, in which order
///   POST next          leases captures to the annotator and tells all that he holds
///   POST annotations   what he says of them; a row sent twice under one key counts once
///   POST undo          takes one back and leases its capture again
///   POST skip          puts one off
///   POST release       gives all back
///   GET  images/ID     the bytes of an image, in a format that browsers show
///   GET  history/ID    what was said of a capture, as far as he may know
///   GET  progress      how far he and the others have come, and how well they agree
///   GET  disputed      captures on which people disagree, for admins
///   POST adjudicate    decides one of them, for admins
///
/// All but the page and the drawings need a token of an annotator or admin. Where several people
/// label a capture, nobody is told what the others said before it is decided; admins are told when
/// all have spoken.
void add_annotate(Service& service, const AnnotateOptions& options);

/// 256 random bits as a token, for a session that no token in the store stands for.
std::string random_secret();

}  // namespace signpost
