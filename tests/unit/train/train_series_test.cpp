#include "train/train_series.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "base/error.h"
#include "base/file.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// A stand-in for signpost-train that notes each call and does as its last flag says.
constexpr const char* kTrainer = R"(#!/bin/sh
for word in "$@"; do
  case $word in --output=*) run=${word#--output=} ;; esac
  last=$word
done
echo "$*" >>"$(dirname "$0")/calls"
echo "signpost-train: reading"
mkdir -p "$run"
case $last in
  --wrong) rmdir "$run"; echo "signpost-train: there is no such thing" >&2; echo "Try: signpost train --help" >&2; exit 2 ;;
esac
echo '{}' >"$run/run.json"
echo '{"epoch":1,"seconds":1000.5}' >"$run/metrics.ndjson"
case $last in
  --killed) kill -9 $$ ;;
  --unfinished) exit 0 ;;
  --rejects) touch "$run/weights.safetensors"; exit 4 ;;
esac
touch "$run/weights.safetensors"
)";

struct Workshop {
  fs::path path = fs::temp_directory_path() / fmt::format("signpost_series_{}", ::getpid());
  Workshop() {
    fs::create_directory(path);
    std::ofstream(path / "trainer") << kTrainer;
    ::chmod((path / "trainer").c_str(), 0755);
    std::ofstream(path / "samples") << "{}\n";
  }
  ~Workshop() { fs::remove_all(path); }
  TrainSeries::Options options(bool resume = true) const {
    return {.folder = path / "out",
            .root = {},
            .kind = "sweep",
            .program = (path / "trainer").string(),
            .jobs = 2,
            .resume = resume,
            .force = false};
  }
  TrainCall call(const std::string& name, const std::string& flag) const {
    return {name, {"--epochs=3", flag}, path / "samples"};
  }
  std::size_t calls() const {
    if (!fs::exists(path / "calls")) return 0;
    const std::string text = read_text(path / "calls");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

CallEnd run_one(TrainSeries& series, const TrainCall& call) {
  series.plan({call});
  return series.run(call, [](std::string_view) {});
}

}  // namespace

TEST_CASE("a run that is done is not repeated, in this process or the next one") {
  const Workshop shop;
  const TrainCall call = shop.call("a", "--good");
  {
    TrainSeries series(shop.options());
    const CallEnd first = run_one(series, call);
    CHECK(first.done);
    CHECK(first.repeated);
    CHECK(series.done("a"));
    CHECK_FALSE(run_one(series, call).repeated);
  }
  TrainSeries series(shop.options());
  const CallEnd again = run_one(series, call);
  CHECK(again.done);
  CHECK_FALSE(again.repeated);
  CHECK(again.seconds >= 1000.5);  // what its epochs say, where that is more
  CHECK(shop.calls() == 1);
  CHECK(read_text(shop.path / "calls").find("samples --output=") != std::string::npos);
  CHECK(
      read_text(shop.path / "calls").find("--resume --progress=none --jobs=2 --epochs=3 --good") !=
      std::string::npos);
}

TEST_CASE("a run that fails tells why, in its own words, and is tried again") {
  const Workshop shop;
  TrainSeries series(shop.options());
  CHECK(run_one(series, shop.call("wrong", "--wrong")).problem == "there is no such thing");
  CHECK(run_one(series, shop.call("killed", "--killed")).problem ==
        "it was ended by signal 9 (out of memory, perhaps)");
  CHECK(run_one(series, shop.call("half", "--unfinished")).problem == "reading");
  CHECK_FALSE(run_one(series, shop.call("wrong", "--wrong")).done);
  CHECK(shop.calls() == 4);
  // Nothing was made, so it may be asked something else.
  CHECK(run_one(series, shop.call("wrong", "--good")).done);
  CHECK(read_text(shop.path / "out/logs/wrong").find("Try: ") != std::string::npos);
}

TEST_CASE("a run in which records were rejected is done, and says so again later") {
  const Workshop shop;
  TrainSeries series(shop.options());
  CHECK(run_one(series, shop.call("a", "--rejects")).rejects);
  CHECK(run_one(series, shop.call("a", "--rejects")).done);
  CHECK(run_one(series, shop.call("a", "--rejects")).rejects);
}

TEST_CASE("a run of other flags or other data is refused under the same name") {
  const Workshop shop;
  TrainSeries series(shop.options());
  run_one(series, shop.call("a", "--good"));
  const std::string run = (shop.path / "out/a").string();
  const std::string advice = "; name another folder, or replace all of it by --force";
  CHECK_THROWS_WITH(series.plan({shop.call("a", "--better")}),
                    run + ": was trained with --good (now --better)" + advice);
  TrainCall other = shop.call("a", "--good");
  other.manifest = shop.path / "others";
  std::ofstream(other.manifest) << "{\"id\":1}\n";
  CHECK_THROWS_WITH(series.plan({other}),
                    run + ": was trained with other data than " + other.manifest.string() + advice);
}

TEST_CASE("a folder is opened by one program at a time, and only if it is a series of the kind") {
  const Workshop shop;
  {
    const TrainSeries series(shop.options());
    CHECK_THROWS_WITH(TrainSeries(shop.options()),
                      Catch::Contains("another signpost train is working"));
  }
  CHECK_THROWS_WITH(TrainSeries(shop.options(false)), Catch::Contains("exists already; --resume"));
  TrainSeries::Options study = shop.options();
  study.kind = "study";
  CHECK_THROWS_WITH(TrainSeries(study), Catch::Contains("holds a sweep, not a study"));
  TrainSeries::Options foreign = shop.options();
  foreign.folder = shop.path;
  foreign.force = true;
  CHECK_THROWS_WITH(TrainSeries(foreign), Catch::Contains("is no sweep"));
  std::ofstream(shop.path / "out/calls.json") << "{}";
  CHECK_THROWS_WITH(TrainSeries(shop.options()), Catch::Contains("calls.json: is damaged"));
}

TEST_CASE("all runs are tried, whatever comes of the others") {
  const Workshop shop;
  TrainSeries series(shop.options());
  const std::vector<TrainCall> calls = {shop.call("a", "--good"), shop.call("b", "--wrong"),
                                        shop.call("c", "--good")};
  series.plan(calls);
  std::vector<std::string> said;
  std::string ends;
  series.run_all(
      calls, "sweep", ProgressStyle::none,
      [&](std::size_t place, const CallEnd& end) {
        ends += fmt::format("{}{}", place, end.done ? "+" : "-");
        return std::string("fine");
      },
      [&](const std::string& line) { said.push_back(line); });
  CHECK(ends == "0+1-2+");
  REQUIRE(said.size() == 3);
  CHECK(said[0].starts_with("1/3 a: fine after "));
  CHECK(said[1] == "2/3 b: failed: there is no such thing");
}

}  // namespace signpost
