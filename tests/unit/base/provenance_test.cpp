#include "base/provenance.h"

#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("a command line keeps what decides about the data") {
  CHECK(normal_command_line("signpost-split", {"--val", "0.2", "--seed=7", "in.ndjson"}) ==
        "signpost split --val 0.2 --seed=7 in.ndjson");
  CHECK(normal_command_line("signpost-capture", {"export", "--status", "labelled"}) ==
        "signpost capture export --status labelled");
}

TEST_CASE("a command line leaves out what has no bearing on the data") {
  CHECK(normal_command_line("signpost-pack",
                            {"-o", "shards", "--jobs", "4", "--progress=json", "--quiet", "--force",
                             "--rejects", "bad.ndjson", "in.ndjson"}) == "signpost pack in.ndjson");
  CHECK(normal_command_line("signpost-pack", {"-oshards", "--output=x", "--jobs=4", "a"}) ==
        "signpost pack a");
}

TEST_CASE("options that only begin like an omitted one stay, as does all behind two dashes") {
  CHECK(normal_command_line("signpost-x", {"--jobs-file", "f", "--only-copies"}) ==
        "signpost x --jobs-file f --only-copies");
  CHECK(normal_command_line("signpost-x", {"--", "--jobs", "-o"}) == "signpost x -- --jobs -o");
}

TEST_CASE("a command line can be pasted into a shell") {
  CHECK(normal_command_line("signpost-select", {"label in (1,2)", "it's", ""}) ==
        R"(signpost select 'label in (1,2)' 'it'\''s' '')");
}

TEST_CASE("a long command line is cut between characters and says so") {
  const std::string name = std::string(4080, 'x');
  const std::string line = normal_command_line("signpost-x", {name + "äöü/rest-of-it"});
  CHECK(line.size() < 4200);
  CHECK(line.find(" … (") != std::string::npos);
  CHECK(line.ends_with(" more bytes)"));
}

TEST_CASE("a run without a command notes nothing, one with a command each file once") {
  Provenance run;
  run.use("recipe", "text");
  CHECK(run.json().empty());
  run.command = "signpost x";
  run.version = "1";
  CHECK(run.json() == R"({"command":"signpost x","version":"1"})");
  run.use("b", "abc");
  run.use("a", "abc");
  run.use("b", "other");
  const std::string digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(run.json() == R"({"command":"signpost x","version":"1","uses":{"a":")" + digest +
                          R"(","b":")" + digest + "\"}}");
}

}  // namespace signpost
