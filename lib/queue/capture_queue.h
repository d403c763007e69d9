#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace signpost {

/// An image that waits to be sent, and what is known of it.
struct QueuedCapture {
  std::string sha256;    ///< of the image: its key, here and at the server
  std::string metadata;  ///< a JSON object (queue/capture_metadata.h)
  std::string queued;    ///< when: UTC, ISO 8601, by this device's clock
  /// Of a refused one: what the server answered, and why. 0 if this device refused it.
  int status = 0;
  std::string reason;
};

/// Captures that wait on a device for its server: a folder that outlives power cuts.
///
///   QUEUE/pending/SHA256/image.EXT, capture.json   to be sent
///   QUEUE/refused/SHA256/…                         refused for good, with the reason
///   QUEUE/incoming/…                               on its way in or out
///
/// A capture is a folder that appears and goes by one rename, so that it is there whole or not at
/// all; what `add` has answered for has reached the disk. Any number of programs may add at once.
/// One thread at a time uses an object.
///
/// All throw Error{environment} if the folder cannot be written.
class CaptureQueue {
 public:
  /// Makes the folders that are missing.
  explicit CaptureQueue(std::filesystem::path folder);
  CaptureQueue(const CaptureQueue&) = delete;
  CaptureQueue& operator=(const CaptureQueue&) = delete;

  /// Queues an image. False if its content waits already: what is there stays. One that had been
  /// refused is queued anew. `ending` is what the image's file is to be called: ".png".
  bool add(ByteView image, std::string_view ending, const std::string& metadata);

  /// The keys of all that wait, by when they were queued.
  std::vector<std::string> pending() const { return keys(pending_); }
  std::vector<std::string> refused() const { return keys(refused_); }

  /// What waits under `key`, and its image. Returns nothing and says in `wrong` what is the matter
  /// if it has gone or is not what was queued.
  std::optional<QueuedCapture> read(const std::string& key, Bytes& image, std::string& wrong) const;
  /// The same of a refused one, without its image.
  std::optional<QueuedCapture> read_refused(const std::string& key) const;

  /// Replaces what is known of an image that waits; false if none waits under `key`.
  bool amend(const std::string& key, const std::string& metadata);
  /// The metadata of what waits under `key`; nothing if none does.
  std::optional<std::string> metadata(const std::string& key) const;

  /// The server has it: forgets it.
  void remove(const std::string& key);
  /// Moves it to the refused ones.
  void refuse(const std::string& key, int status, const std::string& reason);
  /// Queues a refused one again; false if there is none of that key.
  bool retry(const std::string& key);

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path fresh(const std::string& key);
  std::vector<std::string> keys(const std::filesystem::path& folder) const;
  void discard(const std::filesystem::path& item);

  std::filesystem::path folder_, pending_, refused_, incoming_;
  unsigned count_ = 0;
};

/// The right to send what a queue holds, which one program has at a time. Whoever gets it also
/// clears away what programs that died left unfinished.
class SenderLock {
 public:
  /// Throws Error{environment} if another program sends.
  explicit SenderLock(const CaptureQueue& queue);
  SenderLock(const SenderLock&) = delete;
  SenderLock& operator=(const SenderLock&) = delete;
  ~SenderLock();

 private:
  int descriptor_;
};

}  // namespace signpost
