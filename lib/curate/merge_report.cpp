#include "curate/merge_report.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "base/json_text.h"
#include "sample/json_fields.h"

namespace signpost {
namespace {

using Fields = std::vector<JsonField>;

Fields fields_of(const Sample& sample) {
  std::string text;
  encode(sample, text);
  return json_fields(text).value_or(Fields{});
}

const std::string* find(const Fields& fields, const std::string& name) {
  for (const JsonField& field : fields) {
    if (field.name == name) return &field.value;
  }
  return nullptr;
}

std::string shortened(const std::string& value) {
  constexpr std::size_t kLongest = 40;
  if (value.size() <= kLongest) return value;
  std::size_t size = kLongest - 1;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
  return value.substr(0, size) + "…";
}

const char* verb(Merger::Outcome outcome) {
  switch (outcome) {
    case Merger::Outcome::replaced:
      return "replaces";
    case Merger::Outcome::dropped:
      return "gives way to";
    default:
      return "differs from";
  }
}

const char* name_of(Merger::Outcome outcome) {
  switch (outcome) {
    case Merger::Outcome::replaced:
      return "replaced";
    case Merger::Outcome::dropped:
      return "dropped";
    default:
      return "undecided";
  }
}

std::string json_of(const std::vector<FieldChange>& changes) {
  std::string out = "{";
  for (const FieldChange& change : changes) {
    if (out.size() > 1) out += ',';
    append_json_string(out, change.field);
    out += fmt::format(":[{},{}]", change.stood, change.came);
  }
  return out + "}";
}

}  // namespace

std::vector<FieldChange> changes_between(const Sample& stood, const Sample& came) {
  const Fields before = fields_of(stood), after = fields_of(came);
  std::vector<FieldChange> changes;
  for (const JsonField& field : before) {
    const std::string* other = find(after, field.name);
    if (!other || *other != field.value)
      changes.push_back({field.name, field.value, other ? *other : "null"});
  }
  for (const JsonField& field : after) {
    if (!find(before, field.name)) changes.push_back({field.name, "null", field.value});
  }
  // The same fields in another order, or with a number written in another way.
  if (changes.empty() && stood.extra != came.extra) changes.push_back({"(text)", "null", "null"});
  return changes;
}

std::string changes_text(const std::vector<FieldChange>& changes) {
  std::string text;
  for (const FieldChange& change : changes) {
    text += fmt::format("{}{} {} -> {}", text.empty() ? "" : ", ", change.field,
                        shortened(change.stood), shortened(change.came));
  }
  return text;
}

MergeReport::MergeReport(const Merger& merger, const MergeInputs& inputs,
                         const std::vector<MergeInputs::Place>& places, const std::string& rule,
                         OutputFile* file) {
  std::uint64_t records = 0;
  if (file) {
    file->write(fmt::format("{{\"rule\":\"{}\",\n\"inputs\":[", rule));
    for (std::size_t i = 0; i < inputs.count(); ++i) {
      const Merger::Count& count = merger.counts()[i];
      records += count.added;
      file->write(
          fmt::format("{}\n{{\"name\":{},\"added\":{},\"same\":{},\"replaced\":{},\"dropped\":{},"
                      "\"undecided\":{}}}",
                      i > 0 ? "," : "", json_string(inputs.name(i)), count.added, count.same,
                      count.replaced, count.dropped, count.undecided));
    }
    file->write(fmt::format("],\n\"samples\":{},\n\"differences\":[", records));
  }
  SampleDecoder decoder;
  Sample stood, came;
  bool first = true;
  for (const Merger::Difference& difference : merger.differences()) {
    stop_if_interrupted();
    const MergeInputs::Place &here = place_of(difference.line, places),
                             &there = place_of(difference.against, places);
    decoder.decode(inputs.text(here), came);
    decoder.decode(inputs.text(there), stood);
    const std::vector<FieldChange> changes = changes_between(stood, came);
    for (const FieldChange& change : changes) ++fields_[change.field];
    if (examples_.size() < kExamples) {
      examples_.push_back(fmt::format("{}: {} {} {}: {}", inputs.where(here), came.id,
                                      verb(difference.outcome), inputs.where(there),
                                      changes_text(changes)));
    }
    if (!file) continue;
    file->write(fmt::format(
        "{}\n{{\"id\":{},\"where\":{},\"against\":{},\"what\":\"{}\",\"fields\":{}}}",
        first ? "" : ",", json_string(came.id), json_string(inputs.where(here)),
        json_string(inputs.where(there)), name_of(difference.outcome), json_of(changes)));
    first = false;
  }
  if (!file) return;
  std::string fields;
  for (const auto& [field, count] : fields_)
    fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", json_string(field), count);
  file->write(fmt::format("],\n\"fields\":{{{}}}}}\n", fields));
}

}  // namespace signpost
