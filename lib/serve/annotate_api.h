#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "serve/annotate.h"

namespace signpost {

/// What the annotation page asks of the server: serve/annotate.h lists it. Thread-safe. Each
/// request comes with its `account` filled in.
class AnnotateApi {
 public:
  AnnotateApi(StorePool& store, AnnotateOptions options)
      : store_(store), options_(std::move(options)) {}

  // --- annotate_work.cpp
  WebAnswer setup(const WebRequest& request);
  WebAnswer next(const WebRequest& request);
  WebAnswer annotations(const WebRequest& request);
  WebAnswer undo(const WebRequest& request);
  WebAnswer skip(const WebRequest& request);
  WebAnswer release(const WebRequest& request);
  WebAnswer image(const WebRequest& request);

  // --- annotate_review.cpp
  WebAnswer history(const WebRequest& request);
  WebAnswer progress(const WebRequest& request);
  WebAnswer disputed(const WebRequest& request);
  WebAnswer adjudicate(const WebRequest& request);

  static constexpr int kMostHeld = 100;  ///< captures of one annotator

 private:
  /// Reads what `next` asks for; empty, or what is wrong.
  std::string parse_queue(const nlohmann::json& json, QueueRequest& queue) const;

  StorePool& store_;
  AnnotateOptions options_;
};

/// The object that a request carries. Returns nothing, and says in `refusal` why, if it is none or
/// does not come as application/json, which another site's form cannot send.
std::optional<nlohmann::json> body_object(const WebRequest& request, WebAnswer& refusal);

/// Text at `key`; empty if there is none.
std::string text_at(const nlohmann::json& object, const char* key);

}  // namespace signpost
