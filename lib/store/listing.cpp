#include "store/listing.h"

#include <fmt/format.h>

#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "store/captures.h"
#include "store/image_folder.h"
#include "store/media_type.h"

namespace signpost {
namespace {

constexpr const char* kColumns =
    "SELECT capture_id, sha256, media_type, width, height, bytes, received, taken, latitude,"
    " longitude, file, device, sign, predicted, confidence, model, top, status, opinions, wanted,"
    " review_id, annotation_id, annotator, annotated, verdict, label, x1, y1, x2, y2, note, flagged"
    " FROM capture_state";

CaptureState state_of(const Statement& row) {
  CaptureState state;
  int column = -1;
  const auto number = [&] { return static_cast<int>(row.integer(++column)); };
  state.id = row.integer(++column);
  state.sha256 = row.text(++column);
  state.media_type = row.text(++column);
  state.width = number();
  state.height = number();
  state.bytes = row.integer(++column);
  state.received = row.text(++column);
  state.taken = row.text(++column);
  const int place = ++column;
  if (!row.is_null(place)) state.place = Place{row.real(place), row.real(place + 1)};
  ++column;
  state.file = row.text(++column);
  state.device = row.text(++column);
  state.group = row.text(++column);
  const std::optional<int> predicted = row.optional_int(++column);
  Prediction prediction;
  ++column;
  if (!row.is_null(column)) prediction.confidence = row.real(column);
  prediction.model = row.text(++column);
  prediction.top = row.text(++column);
  if (predicted) {
    prediction.label = *predicted;
    state.prediction = std::move(prediction);
  }
  state.status = row.text(++column);
  state.opinions = number();
  state.wanted = number();
  state.review_id = row.integer(++column);
  state.annotation_id = row.integer(++column);
  state.annotation.annotator = row.text(++column);
  state.annotated = row.text(++column);
  state.annotation.verdict = row.text(++column);
  state.annotation.label = row.optional_int(++column);
  state.annotation.roi = roi_of(row, ++column);
  state.annotation.note = row.text(column += 4);
  state.flagged = row.integer(++column) != 0;
  return state;
}

/// The conditions of a filter, one behind the other, with their values.
class Conditions {
 public:
  template <typename Value>
  void add(const char* sql, const Value& value) {
    text_ += text_.empty() ? " WHERE " : " AND ";
    text_ += sql;
    values_.emplace_back(value);
  }
  void equal(const char* column, const std::string& value) {
    if (!value.empty()) add((std::string(column) + " = ?").c_str(), value);
  }
  void statuses(const std::vector<std::string>& statuses) {
    if (statuses.empty()) return;
    std::string sql = "status IN (?";
    for (std::size_t i = 1; i < statuses.size(); ++i) sql += ", ?";
    add((sql + ")").c_str(), statuses.front());
    for (std::size_t i = 1; i < statuses.size(); ++i) values_.emplace_back(statuses[i]);
  }
  void truth(const char* sql, const std::optional<bool>& wanted) {
    if (wanted) add((std::string("(") + sql + ") = ?").c_str(), std::int64_t{*wanted});
  }
  const std::string& text() const { return text_; }
  std::vector<Statement::Value> values() const { return values_; }

 private:
  std::string text_;
  std::vector<Statement::Value> values_;
};

Conditions conditions_of(const CaptureFilter& filter) {
  Conditions all;
  all.statuses(filter.statuses);
  if (filter.label) all.add("coalesce(label, predicted) = ?", std::int64_t{*filter.label});
  if (filter.predicted) all.add("predicted = ?", std::int64_t{*filter.predicted});
  all.equal("device", filter.device);
  all.equal("model", filter.model);
  all.equal("sign", filter.group);
  if (!filter.annotator.empty()) {
    all.add(
        "EXISTS (SELECT 1 FROM active_annotations x WHERE x.capture_id ="
        " capture_state.capture_id AND x.annotator = ?)",
        filter.annotator);
  }
  if (!filter.since.empty()) all.add("received >= ?", filter.since);
  if (!filter.until.empty()) all.add("received < ?", filter.until);
  if (filter.min_confidence) all.add("confidence >= ?", *filter.min_confidence);
  if (filter.max_confidence) all.add("confidence <= ?", *filter.max_confidence);
  all.truth("flagged", filter.flagged);
  all.truth("coalesce(label <> predicted, 0)", filter.disagrees);
  all.truth(
      "EXISTS (SELECT 1 FROM links l WHERE l.capture_id = capture_state.capture_id"
      " OR l.other_id = capture_state.capture_id)",
      filter.similar);
  return all;
}

const char* order_of(CaptureOrder order) {
  switch (order) {
    case CaptureOrder::uncertain:
      return "confidence IS NULL, confidence, capture_id DESC";
    case CaptureOrder::by_class:
      return "predicted IS NULL, predicted, confidence IS NULL, confidence, capture_id DESC";
    case CaptureOrder::random:
    case CaptureOrder::digest:
      return "sha256";
    case CaptureOrder::newest:
      break;
  }
  return "capture_id DESC";
}

}  // namespace

std::optional<Roi> roi_of(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  const auto corner = [&](int i) { return static_cast<int>(row.integer(column + i)); };
  return Roi{corner(0), corner(1), corner(2), corner(3)};
}

void CaptureStore::each(const CaptureFilter& filter,
                        const std::function<void(const CaptureState&)>& use) {
  const Conditions conditions = conditions_of(filter);
  std::vector<Statement::Value> values = conditions.values();
  const bool random = filter.order == CaptureOrder::random;
  if (random) values.emplace_back(random_start(filter.seed));
  values.emplace_back(filter.limit.value_or(-1));
  Statement rows(database_, fmt::format("{}{} ORDER BY {}{} LIMIT ?", kColumns, conditions.text(),
                                        random ? "sha256 < ?, " : "", order_of(filter.order)));
  rows.bind_all(values);
  while (rows.step()) use(state_of(rows));
}

CaptureState CaptureStore::state(std::int64_t capture) {
  Statement row(database_, fmt::format("{} WHERE capture_id = ?", kColumns));
  row.bind(capture);
  return row.step() ? state_of(row) : CaptureState();
}

std::optional<CaptureState> CaptureStore::find(const std::string& capture, std::string& wrong) {
  const std::optional<Found> found = find_row(capture, wrong);
  if (!found) return std::nullopt;
  return state(found->id);
}

bool CaptureStore::image(const CaptureState& capture, Bytes& content, std::string& wrong) {
  std::string where;
  Statement row(database_, "SELECT content FROM images WHERE capture_id = ?");
  if (row.bind(capture.id).step()) {
    const ByteView bytes = row.bytes(0);
    content.assign(bytes.begin(), bytes.end());
    where = database_.name();
  } else {
    const std::filesystem::path file =
        image_folder_ / ImageFolder::name(capture.sha256, ending_of(capture.media_type));
    where = file.string();
    try {
      read_regular_file(file, content);
    } catch (const Error&) {
      wrong = "its image " + where + " is missing; add the image again";
      return false;
    }
  }
  if (sha256_hex(content) == capture.sha256) return true;
  wrong = "its image in " + where + " is damaged; add the image again";
  return false;
}

}  // namespace signpost
