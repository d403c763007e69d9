#include "curate/finding.h"

#include "base/json_text.h"

namespace signpost {
namespace {

std::string_view name_of(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

/// Control characters would break the line.
void append_plain(std::string& out, std::string_view text) {
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
  out += out.empty() ? "{\"" : ",\"";
  out += key;
  out += "\":";
  append_json_string(out, value);
}

}  // namespace

std::string text_line(const Finding& finding) {
  std::string line;
  append_plain(line, finding.where);
  line += ": ";
  line += name_of(finding.severity);
  line += ": ";
  if (!finding.id.empty()) {
    append_plain(line, finding.id);
    line += ": ";
  }
  append_plain(line, finding.what);
  line += "; ";
  append_plain(line, finding.remedy);
  line += " [";
  line += finding.kind;
  line += ']';
  return line;
}

std::string json_line(const Finding& finding) {
  std::string line;
  append_field(line, "severity", name_of(finding.severity));
  append_field(line, "kind", finding.kind);
  append_field(line, "where", finding.where);
  if (!finding.id.empty()) append_field(line, "id", finding.id);
  if (!finding.group.empty()) append_field(line, "group", finding.group);
  if (finding.label) line += ",\"label\":" + std::to_string(*finding.label);
  append_field(line, "what", finding.what);
  append_field(line, "remedy", finding.remedy);
  if (!finding.others.empty()) {
    line += ",\"others\":[";
    for (std::size_t i = 0; i < finding.others.size(); ++i) {
      if (i > 0) line += ',';
      append_json_string(line, finding.others[i]);
    }
    line += ']';
  }
  for (const auto& [name, value] : finding.values) {
    line += ",\"";
    line += name;
    line += "\":";
    append_json_number(line, value);
  }
  return line + '}';
}

}  // namespace signpost
