#include "store/photo_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/csv.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

/// One row, by the names of its columns.
class Row {
 public:
  Row(const std::map<std::string, std::size_t>& columns, const std::vector<std::string>& fields)
      : columns_(columns), fields_(fields) {}

  std::string text(const char* name) const {
    const auto found = columns_.find(name);
    return found == columns_.end() || found->second >= fields_.size() ? std::string()
                                                                      : fields_[found->second];
  }
  template <typename Number>
  std::optional<Number> number(const char* name, const char* what, std::string& wrong) const {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    Number number{};
    const char* const end = value.data() + value.size();
    const auto [at, error] = std::from_chars(value.data(), end, number);
    if (error == std::errc() && at == end) return number;
    if (wrong.empty())
      wrong = fmt::format("column \"{}\" holds \"{}\"; it must be {}", name, value, what);
    return std::nullopt;
  }

 private:
  const std::map<std::string, std::size_t>& columns_;
  const std::vector<std::string>& fields_;
};

std::string read_row(const Row& row, Submission& submission) {
  std::string wrong;
  submission.file = row.text("file");
  if (submission.file.empty()) return "has no file";
  submission.device = row.text("device");
  submission.group = row.text("group");
  submission.taken = row.text("taken");
  const auto label = row.number<int>("label", "a class id, 0 or more", wrong);
  const auto confidence = row.number<double>("confidence", "a number from 0 to 1", wrong);
  const auto latitude = row.number<double>("lat", "degrees", wrong);
  const auto longitude = row.number<double>("lon", "degrees", wrong);
  if (!wrong.empty()) return wrong;
  if (label && *label < 0) return "column \"label\" must be a class id, 0 or more";
  if (confidence && !(*confidence >= 0 && *confidence <= 1))
    return "column \"confidence\" must be a number from 0 to 1";
  if (latitude.has_value() != longitude.has_value())
    return "has one of \"lat\" and \"lon\"; give both";
  if (label) submission.prediction = Prediction{row.text("model"), *label, confidence, {}};
  if (latitude) submission.place = Place{*latitude, *longitude};
  return {};
}

}  // namespace

void read_photo_list(const std::filesystem::path& table, const UsePhoto& use,
                     const RejectPhoto& reject) {
  const std::string text = read_text(table);
  CsvReader csv(text);
  std::vector<std::string> fields;
  std::map<std::string, std::size_t> columns;
  if (csv.next(fields)) {
    for (std::size_t i = 0; i < fields.size(); ++i) columns.try_emplace(fields[i], i);
  }
  if (!columns.contains("file")) {
    throw Error(Blame::input, table.string() + ": its first line names no column \"file\"");
  }
  while (csv.next(fields)) {
    stop_if_interrupted();
    const std::string where = fmt::format("{}:{}", table.string(), csv.line());
    const std::string record(csv.text());
    Submission submission;
    std::string wrong = csv.wrong();
    if (wrong.empty()) wrong = read_row(Row(columns, fields), submission);
    if (!wrong.empty()) {
      reject(where, wrong, record);
      continue;
    }
    const std::string file = submission.file;
    submission.file = (table.parent_path() / file).string();
    use(std::move(submission), fmt::format("{}: {}", where, file), record);
  }
}

}  // namespace signpost
