#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sample/stream.h"

namespace signpost {

/// The records of a data set, wherever they lie: read once in their order, then any of them again.
class RecordSource {
 public:
  RecordSource() = default;
  RecordSource(const RecordSource&) = delete;
  RecordSource& operator=(const RecordSource&) = delete;
  virtual ~RecordSource() = default;

  /// The text of the next record, valid until the next call; false at the end.
  virtual bool next(std::string_view& text) = 0;
  /// Where the record last read lies, for `read_at`. Places grow in the order of the records.
  virtual std::uint64_t place() const = 0;
  /// The same for people: file and line.
  virtual std::string where() const = 0;
  /// Once, after the end and before `read_at`.
  virtual void end_reading() = 0;
  virtual void read_at(std::uint64_t place, std::string& text) const = 0;

  /// What the data set tells of its history outside its records, as the value of a "history"
  /// field; empty for nothing.
  virtual std::string history() const { return {}; }
};

/// An NDJSON manifest; "-" is standard input. Blank lines are skipped.
class ManifestSource : public RecordSource {
 public:
  explicit ManifestSource(const std::string& path) : lines_(path, Passes::two) {}
  bool next(std::string_view& text) override;
  std::uint64_t place() const override { return place_; }
  std::string where() const override { return lines_.where(); }
  void end_reading() override { lines_.rewind(); }
  void read_at(std::uint64_t place, std::string& text) const override;

 private:
  LineReader lines_;
  std::uint64_t place_ = 0;
};

}  // namespace signpost
