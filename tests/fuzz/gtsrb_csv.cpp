// GT-000NN.csv and GT-final_test.csv.
#include "base/error.h"
#include "harness.h"
#include "source/gtsrb.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  std::uint64_t bad = 0;
  try {
    const std::vector<GtsrbRow> rows =
        parse_gtsrb_csv(text, "GT.csv", [&](std::uint64_t line, const std::string& what, auto) {
          PROMISE(line >= 2 && line <= lines && !what.empty());
          ++bad;
        });
    PROMISE(rows.size() + bad < lines);
    for (const GtsrbRow& row : rows) {
      PROMISE(!row.file.empty() && row.file.find('/') == std::string::npos && row.line <= lines);
    }
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
