#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "sample/catalogue.h"
#include "store/capture.h"
#include "store/database.h"
#include "store/history.h"
#include "store/known.h"
#include "store/purge.h"
#include "store/queue.h"
#include "store/settings.h"
#include "store/statistics.h"
#include "store/tokens.h"
#include "store/truth.h"

namespace signpost {

class Neighbours;

/// Captures, predictions, annotations, reviews, and who may come in: schema/*.sql.
///
/// One object is one connection, for one thread at a time; any number of objects, threads and
/// programs may use one store at once (StorePool shares them out). Each writes in a transaction of
/// its own, whole or not at all, and what it did is on the disk when it returns. Whoever finds the
/// store locked waits; see Database for how long and for what is thrown.
class CaptureStore {
 public:
  /// Opens the store and brings its schema up to date. Throws as Database does.
  CaptureStore(const std::filesystem::path& path, Database::Missing missing);
  CaptureStore(const CaptureStore&) = delete;
  CaptureStore& operator=(const CaptureStore&) = delete;
  ~CaptureStore();

  // --- settings.cpp

  /// As they were when the store was opened, changed or refreshed.
  const StoreSettings& settings() const { return settings_; }
  const Catalogue& catalogue() const { return catalogue_; }
  /// Throws Error{usage} if a value is out of range, and Error{input} if the catalogue lacks a
  /// class that an annotation names.
  void change(const StoreSettings& settings);
  /// Takes over what another connection has changed: for those that stay open for long.
  void refresh_settings();

  // --- admissions.cpp

  /// Checks an image and tells all that can be told without the store: thread-safe, and the costly
  /// part. Returns nothing, and says in `wrong` what is the matter, if it is no image that decodes
  /// whole, or the submission is not sound.
  static std::optional<StagedCapture> stage(Submission submission, Bytes image, std::string& wrong);

  /// Makes captures of staged images, in one transaction; answers in their order. Submitting one
  /// again, whole or after a lost answer, is the same capture and changes nothing.
  /// An image that is there already stays the capture it is: a device, group, time or place that
  /// was unknown is filled in, one that contradicts is refused, a prediction that this model has
  /// not made of it before is added, and bytes that were lost or spoilt are restored. One that was
  /// purged is refused. Captures that look like it are linked. What the device's user says becomes
  /// an annotation of "user@DEVICE", once.
  std::vector<Admission> admit(std::span<const StagedCapture> staged);

  // --- annotations.cpp

  /// Appends annotations in one transaction; answers in their order. Unsound ones are refused one
  /// by one, the others stay. The annotator's lease on the capture ends.
  std::vector<AnnotationAnswer> annotate(std::span<const Annotation> annotations);

  /// Withdraws the annotator's last annotation that is not withdrawn yet, and leases him its
  /// capture again, so that `next` gives it first. `wrong` where there is none.
  AnnotationAnswer undo(const std::string& annotator, int lease_seconds = 900) {
    return undo(Withdrawal{annotator, {}, {}, lease_seconds});
  }
  AnnotationAnswer undo(const Withdrawal& withdrawal);

  // --- queue.cpp

  /// What the annotator is to label now: first what he holds already, in the order he got it, then
  /// new captures in the order asked for, `count` in all or as many as there are. No two annotators
  /// hold one capture unless it needs several labels; nobody is given what he has labelled. What he
  /// holds and did not ask for (another class) is given back.
  std::vector<QueueItem> next(const QueueRequest& request);

  /// Gives back all that the annotator holds.
  void release(const std::string& annotator);

  /// Puts a capture off; it comes again when nothing else is left. False: there is no such capture.
  bool skip(const std::string& annotator, const std::string& capture);

  AnnotatorProgress progress(const std::string& annotator);

  /// How many captures the queue could still offer him, by predicted class.
  std::map<int, std::int64_t> waiting(const std::string& annotator);

  // --- reviews.cpp

  /// In one transaction; answers in their order. Unsound ones are refused, the others stay. What
  /// awaits a decision is `each` with the status "disputed".
  std::vector<ReviewAnswer> review(std::span<const Review> reviews);

  /// Of one capture: at least 6 digits of its SHA-256, or its id as a sample. Nothing, and says in
  /// `wrong` why, if that names no capture or several.
  std::optional<CaptureHistory> history(const std::string& capture, std::string& wrong);

  // --- listing.cpp

  /// Calls `use` for each capture that passes `filter`, all as of one moment.
  void each(const CaptureFilter& filter, const std::function<void(const CaptureState&)>& use);

  /// As in `history`.
  std::optional<CaptureState> find(const std::string& capture, std::string& wrong);

  /// The bytes of a capture's image, verified by their SHA-256. False, and says in `wrong` what to
  /// do, if they are lost or spoilt.
  bool image(const CaptureState& capture, Bytes& content, std::string& wrong);

  // --- truth.cpp

  /// Calls `use` for each capture that passes `filter` and whose label `policy` accepts, all as of
  /// one moment. A capture without a label, asked for by status, passes under Policy::single.
  void each_truth(const CaptureFilter& filter, Policy policy,
                  const std::function<void(const Truth&)>& use);

  /// Notes what was handed out. `created`, `id` and the last ids are filled in.
  ExportRecord record_export(ExportRecord record);
  std::vector<ExportRecord> exports();

  // --- purge.cpp

  /// Takes captures out for good, with all that was said of them: rows, images, and what deleted
  /// pages and the write-ahead log still hold. Tombstones stay.
  PurgeAnswer purge(const PurgeRequest& request);
  std::vector<Tombstone> tombstones();

  // --- known.cpp

  /// Replaces what is known of the data set `source`.
  void know(const std::string& source, std::span<const KnownImage> images);

  /// Looks at captures that have no fingerprint yet (those of schema 0001), at most `count`, and
  /// links them. Returns how many there were; those whose image is lost are passed over.
  std::size_t fingerprint_missing(std::size_t count);

  // --- statistics.cpp

  StoreFigures figures();

  // --- accounts.cpp

  /// Throws Error{usage} on an unsound name.
  NewToken add_token(Role role, const std::string& name);
  /// Whose secret it is; one that was revoked says so in `revoked`. Nothing for an unknown one.
  /// Only reads.
  std::optional<Account> account(const std::string& secret);
  /// Whether `last_used` of an account is this hour already, and else makes it so. Apart from
  /// `account`, so that a store that cannot be written, or is being written, refuses nobody.
  bool use_is_noted(const Account& account) const;
  void note_use(const Account& account);
  /// False: there is no such token. Revoking twice is once.
  bool revoke(std::int64_t token);
  std::vector<Account> accounts();

  // --- the rest

  /// Where captures of schema 0001 have their images; need not exist.
  const std::filesystem::path& image_folder() const { return image_folder_; }

  /// Reads the whole database and says what is wrong with it, a line each; of images too if asked.
  std::vector<std::string> damage(bool images);

  /// For tests: what tells the time, in milliseconds since 1970.
  using Clock = std::function<std::int64_t()>;
  void use_clock(Clock clock) { clock_ = std::move(clock); }

  /// A file over this is refused unread.
  static constexpr std::int64_t kMaxImageBytes = std::int64_t{512} << 20;

 private:
  /// A row of captures, found by the digits that people give.
  struct Found {
    std::int64_t id = 0;
    std::string sha256;
    int width = 0, height = 0;
  };
  std::optional<Found> find_row(const std::string& capture, std::string& wrong);
  CaptureState state(std::int64_t capture);

  Admission admit_one(const StagedCapture& staged, const std::string& now);
  void insert(const StagedCapture& staged, const std::string& now);
  void insert_fingerprint(std::int64_t capture, const StagedCapture& staged);
  std::string wrong_user_label(const StagedCapture& staged) const;
  void take_user_label(const StagedCapture& staged, const std::string& now);
  std::string fill_in(std::int64_t capture, const Submission& submission, const std::string& now);
  void restore(std::int64_t capture, const StagedCapture& staged);
  void know_device(const std::string& name, const std::string& now);
  void predict(std::int64_t capture, const Prediction& prediction, const std::string& now);
  void insert_prediction(std::int64_t capture, const Prediction& prediction,
                         const std::string& now);

  std::string wrong_annotation(const Annotation& annotation, const Found& found) const;
  std::string wrong_queued(const Annotation& annotation, const Found& found);
  bool answered(const std::string& annotator, const std::string& request, AnnotationAnswer& answer);
  AnnotationAnswer annotate_one(const Annotation& annotation, const std::string& now);
  std::int64_t insert_annotation(const Found& found, const Annotation& annotation, const char* mode,
                                 const std::string& now);
  std::string wrong_target(const Review& review, const Found& found, std::int64_t annotation);
  ReviewAnswer review_one(const Review& review, const std::string& now);

  /// `again`: ahead of all others, to be done again.
  void lease(std::int64_t capture, const std::string& annotator, int seconds, bool again);
  std::vector<std::int64_t> held(const QueueRequest& request, std::int64_t now);
  void choose(const QueueRequest& request, bool skipped, std::vector<std::int64_t>& captures);

  Database database_;
  std::filesystem::path image_folder_;
  std::vector<std::string> settings_text_;  ///< the rows that the two below were read from
  StoreSettings settings_;
  Catalogue catalogue_;
  std::unique_ptr<Neighbours> neighbours_;
  Clock clock_;
};

}  // namespace signpost
