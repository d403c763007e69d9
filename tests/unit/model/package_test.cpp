#include "model/package.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "base/archive.h"
#include "base/error.h"
#include "base/zip_writer.h"
#include "model/contract.h"
#include "support/scratch.h"

namespace signpost {
namespace {

/// Contents whose network is never run.
struct Parts {
  Bytes image = {'P', '6', ' ', '1', ' ', '1', ' ', '2', '5', '5', '\n', 1, 2, 3},
        tensor = Bytes(12, 7), onnx = Bytes(1000, 42), picture = {0x89, 'P', 'N', 'G'};
  PackageContents contents;
  Parts() {
    contents.name = "signs";
    contents.version = "1.2.0";
    contents.made_by = "0.1.0";
    contents.preprocessing = {2, 125};
    contents.network = "signnet";
    contents.parameters = 500'000;
    contents.onnx = onnx;
    contents.labels = {{0, "Speed limit 20 km/h", "Höchstgeschwindigkeit 20"},
                       {14, "Stop", "Halt"}};
    contents.golden = {{image, {0, 0, 1, 1}, tensor, {0.1f, 0.9f}}};
    contents.metrics = R"({"accuracy":0.993})";
    contents.model_card = "# signs\n";
    contents.precision = "int8";
    contents.licence = "CC-BY-4.0";
    contents.provenance = R"({"seed":7})";
    contents.abstain = {0.99, 0.97, {0.5f, 0.25f}};
    contents.gates = {{"min_accuracy", 0.9, 0.993, true}};
    contents.pictures = {{"card/worst.png", picture}};
  }
};

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string refusal(const std::filesystem::path& path) {
  return message([&] { Package::open(path); });
}

/// A copy of the package in which members are changed by `change`, or left out where it returns
/// false.
void rewrite(const std::filesystem::path& from, const std::filesystem::path& to,
             const std::function<bool(const std::string&, std::string&)>& change) {
  const Archive archive(from);
  OutputFile file(to, true);
  ZipWriter zip(file);
  for (const Archive::Member& member : archive.members()) {
    std::string text(as_text(archive.stored_bytes(member)));
    if (change(member.name, text)) zip.add(member.name, text);
  }
  zip.finish();
  file.commit();
}

/// Replaces the first `from` in package.json.
auto in_manifest(const std::string& from, const std::string& to) {
  return [from, to](const std::string& name, std::string& text) {
    if (name == "package.json") {
      REQUIRE(text.find(from) != std::string::npos);
      text.replace(text.find(from), from.size(), to);
    }
    return true;
  };
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a package comes back as it was written") {
  const Scratch scratch;
  const Parts parts;
  write_package(scratch / "a.signpost", parts.contents, false);
  const auto package = Package::open(scratch / "a.signpost");
  const PackageContents &read = package->contents(), &wrote = parts.contents;
  CHECK(package->id() == "signs-1.2.0");
  CHECK(read.made_by == "0.1.0");
  CHECK(read.preprocessing == wrote.preprocessing);
  CHECK(read.network == "signnet");
  CHECK(read.parameters == 500'000);
  CHECK(std::equal(read.onnx.begin(), read.onnx.end(), parts.onnx.begin(), parts.onnx.end()));
  CHECK(read.labels == wrote.labels);
  REQUIRE(read.golden.size() == 1);
  CHECK(as_text(read.golden[0].image) == as_text(parts.image));
  CHECK(as_text(read.golden[0].tensor) == as_text(parts.tensor));
  CHECK(read.golden[0].roi.x2 == 1);
  CHECK(read.golden[0].probabilities == std::vector<float>{0.1f, 0.9f});
  CHECK(read.metrics == R"({"accuracy":0.993})");
  CHECK(read.model_card == "# signs\n");
  CHECK(read.precision == "int8");
  CHECK(read.licence == "CC-BY-4.0");
  CHECK(read.provenance == R"({"seed":7})");
  CHECK(read.abstain == wrote.abstain);
  CHECK(read.gates == wrote.gates);
  REQUIRE(read.pictures.size() == 1);
  CHECK(read.pictures[0].name == "card/worst.png");
  CHECK(as_text(read.pictures[0].bytes) == as_text(parts.picture));
}

TEST_CASE("a package without thresholds answers always") {
  const Scratch scratch;
  Parts parts;
  parts.contents.abstain = {};
  write_package(scratch / "a.signpost", parts.contents, false);
  CHECK(Package::open(scratch / "a.signpost")->contents().abstain == Abstain{});
}

TEST_CASE("every member of a package starts at a multiple of 64 in memory") {
  const Scratch scratch;
  const Parts parts;
  write_package(scratch / "a.signpost", parts.contents, false);
  const Archive archive(scratch / "a.signpost");
  CHECK(archive.damage().empty());
  CHECK(archive.members().size() == 7);
  for (const Archive::Member& member : archive.members())
    CHECK(reinterpret_cast<std::uintptr_t>(archive.stored_bytes(member).data()) % 64 == 0);
}

TEST_CASE("the same contents give the same bytes") {
  const Scratch scratch;
  const Parts parts;
  write_package(scratch / "a.signpost", parts.contents, false);
  write_package(scratch / "b.signpost", parts.contents, false);
  CHECK(read_text(scratch / "a.signpost") == read_text(scratch / "b.signpost"));
}

TEST_CASE("an existing package is replaced only on request") {
  const Scratch scratch;
  const Parts parts;
  const std::string path = (scratch / "a.signpost").string();
  write_package(path, parts.contents, false);
  CHECK(message([&] { write_package(path, parts.contents, false); }) ==
        path + ": exists already; name another output or pass --force");
  write_package(path, parts.contents, true);
}

TEST_CASE("contents that contradict themselves are not written") {
  const Scratch scratch;
  Parts parts;
  PackageContents& contents = parts.contents;
  std::string expected;
  SECTION("no golden vector") {
    contents.golden.clear();
    expected = "it has no golden vectors, so nothing can prove that it runs right";
  }
  SECTION("a label twice") {
    contents.labels[1].id = 0;
    expected = "the label 0 stands twice in its labels";
  }
  SECTION("too few probabilities") {
    contents.golden[0].probabilities.pop_back();
    expected = "golden vector 0 has 1 probabilities for 2 labels";
  }
  SECTION("a probability that is no number") {
    contents.golden[0].probabilities[1] = std::numeric_limits<float>::quiet_NaN();
    expected = "golden vector 0 has a probability outside 0 to 1";
  }
  SECTION("a tensor of another size") {
    contents.golden[0].tensor = contents.golden[0].tensor.first(11);
    expected = "golden vector 0 has a tensor of 11 bytes, not 12";
  }
  SECTION("an empty roi") {
    contents.golden[0].roi = {1, 0, 1, 1};
    expected = "golden vector 0 has an empty or negative roi";
  }
  SECTION("a name that is a path") {
    contents.name = "../signs";
    expected = "its name \"../signs\" is not of letters, digits and ._+-";
  }
  SECTION("a precision that nobody knows") {
    contents.precision = "int4";
    expected = "its precision \"int4\" is not float32, float16 or int8";
  }
  SECTION("too few thresholds") {
    contents.abstain.thresholds.pop_back();
    expected = "it has 1 thresholds for 2 labels";
  }
  SECTION("a threshold that is no number") {
    contents.abstain.thresholds[0] = std::numeric_limits<float>::quiet_NaN();
    expected = "a threshold is outside 0 to 2";
  }
  SECTION("a gate that said no") {
    contents.gates[0].passed = false;
    expected = "its gate min_accuracy was not passed, and such a package is not written";
  }
  SECTION("a picture elsewhere") {
    contents.pictures[0].name = "card/../worst/x.png";
    expected = "its picture \"card/../worst/x.png\" is not named card/NAME.png";
  }
  SECTION("provenance that is no object") {
    contents.provenance = "7";
    expected = "its provenance must be a JSON object";
  }
  SECTION("metrics that are no object") {
    contents.metrics = "[1]";
    expected = "its metrics must be a JSON object";
  }
  CHECK(message([&] { write_package(scratch / "a.signpost", contents, false); }) ==
        "cannot write the package: " + expected);
  CHECK_FALSE(std::filesystem::exists(scratch / "a.signpost"));
}

TEST_CASE("what is no package is refused, each with its reason") {
  const Scratch scratch;
  const Parts parts;
  const std::string good = (scratch / "good.signpost").string(),
                    bad = (scratch / "bad.signpost").string();
  write_package(good, parts.contents, false);
  SECTION("a missing file") {
    CHECK(refusal(bad) == bad + ": cannot be read: No such file or directory");
  }
  SECTION("a folder") {
    CHECK(refusal(scratch / "") == (scratch / "").string() + ": is a folder, not a file");
  }
  SECTION("an empty file") {
    write_text(bad, "");
    CHECK(refusal(bad) == bad + ": is not a signpost package; signpost package writes them");
  }
  SECTION("an image") {
    write_text(bad, "P6 1 1 255 abc");
    CHECK(refusal(bad) == bad + ": is not a signpost package; signpost package writes them");
  }
  SECTION("another zip") {
    rewrite(good, bad, [](const std::string& name, std::string&) { return name == "labels.json"; });
    CHECK(refusal(bad) == bad + ": is a zip but not a signpost package: it holds no package.json");
  }
  SECTION("a package without its network") {
    rewrite(good, bad, [](const std::string& name, std::string&) { return name != "model.onnx"; });
    CHECK(refusal(bad) == bad + ": lacks model.onnx; copy or build the package again");
  }
  SECTION("a package without a golden image") {
    rewrite(good, bad,
            [](const std::string& name, std::string&) { return name != "golden/0.ppm"; });
    CHECK(refusal(bad) == bad + ": lacks golden/0.ppm; copy or build the package again");
  }
  SECTION("another network") {
    rewrite(good, bad, [](const std::string& name, std::string& text) {
      if (name == "model.onnx") text[500] ^= 1;
      return true;
    });
    CHECK(refusal(bad) ==
          bad +
              "!model.onnx: its SHA-256 is not that of package.json; the package was damaged or "
              "changed: copy or build it again");
  }
  SECTION("a manifest that is no JSON") {
    rewrite(good, bad, in_manifest("{", "{,"));
    CHECK(refusal(bad) == bad + "!package.json: is not valid JSON");
  }
  SECTION("a later format") {
    rewrite(good, bad, in_manifest(R"("format":2)", R"("format":3)"));
    CHECK(
        refusal(bad) ==
        bad +
            "!package.json: is of package format 3; this release reads format 2: update signpost");
  }
  SECTION("an earlier format") {
    rewrite(good, bad, in_manifest(R"("format":2)", R"("format":1)"));
    CHECK(refusal(bad) ==
          bad +
              "!package.json: is of package format 1; this release reads format 2: package the run "
              "again");
  }
  SECTION("labels that were exchanged") {
    rewrite(good, bad, [](const std::string& name, std::string& text) {
      if (name == "labels.json") text.replace(text.find("Stop"), 4, "Halt");
      return true;
    });
    CHECK(refusal(bad) ==
          bad +
              "!labels.json: its SHA-256 is not that of package.json; the package was damaged or "
              "changed: copy or build it again");
  }
  SECTION("a field that is missing") {
    rewrite(good, bad, in_manifest(R"("version":"1.2.0",)", ""));
    CHECK(refusal(bad) == bad + "!package.json: has no \"version\"");
  }
  SECTION("a field of another type") {
    rewrite(good, bad, in_manifest(R"("parameters":500000)", R"("parameters":-1)"));
    CHECK(refusal(bad) ==
          bad +
              "!package.json: \"model\": \"parameters\" must be a whole number from 0 to "
              "9223372036854775807");
  }
  SECTION("thresholds that do not fit") {
    rewrite(good, bad, in_manifest("[0.5,0.25]", "[0.5]"));
    CHECK(refusal(bad) ==
          bad + ": the package contradicts itself: it has 1 thresholds for 2 labels");
  }
  SECTION("a byte of a label changed on the way") {
    std::string bytes = read_text(good);
    bytes[bytes.find("Stop")] = 's';
    write_text(bad, bytes);
    CHECK(refusal(bad) ==
          bad +
              "!labels.json: its SHA-256 is not that of package.json; the package was damaged or "
              "changed: copy or build it again");
  }
}

TEST_CASE("a member that was added, changed, doubled or taken out shows") {
  const Scratch scratch;
  const Parts parts;
  const auto good = scratch / "good.signpost", bad = scratch / "bad.signpost";
  write_package(good, parts.contents, false);
  CHECK(Package::open(good)->damage().empty());
  SECTION("a changed picture, which no device looks at") {
    rewrite(good, bad, [](const std::string& name, std::string& text) {
      if (name == "card/worst.png") text += "!";
      return true;
    });
    CHECK(Package::open(bad)->damage() ==
          "card/worst.png was changed: its SHA-256 is not that of package.json");
  }
  SECTION("no picture") {
    rewrite(good, bad, [](const std::string& name, std::string&) { return name[0] != 'c'; });
    CHECK(Package::open(bad)->damage() == "card/worst.png was taken out");
  }
  SECTION("one that was added") {
    const Archive archive(good);
    OutputFile file(bad, true);
    ZipWriter zip(file);
    for (const Archive::Member& member : archive.members())
      zip.add(member.name, archive.stored_bytes(member));
    SECTION("of another name") {
      zip.add("notes.txt", "hello");
      zip.finish();
      file.commit();
      CHECK(Package::open(bad)->damage() == "notes.txt was added after the package was written");
    }
    SECTION("of a name that is there") {
      zip.add("MODEL_CARD.md", as_text(archive.stored_bytes(*archive.find("MODEL_CARD.md"))));
      zip.finish();
      file.commit();
      CHECK(Package::open(bad)->damage() == "a member stands twice");
    }
  }
}

TEST_CASE("every prefix of a package is refused") {
  const Scratch scratch;
  const Parts parts;
  write_package(scratch / "good.signpost", parts.contents, false);
  const std::string bytes = read_text(scratch / "good.signpost");
  for (std::size_t size = 0; size < bytes.size(); size += 13) {
    write_text(scratch / "bad.signpost", bytes.substr(0, size));
    REQUIRE(refusal(scratch / "bad.signpost") != "no error");
  }
  const std::string cut = (scratch / "bad.signpost").string();
  write_text(cut, bytes.substr(0, bytes.find(std::string(500, 42)) + 500));
  CHECK(refusal(cut) == cut +
                            ": the archive is cut short inside model.onnx; 6 whole members were "
                            "recovered; copy or download it again");
}

TEST_CASE("the preprocessing contract survives as JSON") {
  const Preprocessing contract{48, 125};
  const std::string json = encode_contract(contract);
  CHECK(
      json ==
      R"({"size":48,"margin":0.125,"interpolation":"triangle-antialiased-q14","channels":"RGB","layout":"NHWC","dtype":"uint8"})");
  CHECK(decode_contract(json, "x") == contract);
}

TEST_CASE("a contract that this release does not carry out is refused") {
  const auto refused = [](std::string from, const std::string& to) {
    std::string json = encode_contract({48, 0});
    REQUIRE(json.find(from) != std::string::npos);
    json.replace(json.find(from), from.size(), to);
    return message([&] { decode_contract(json, "x"); });
  };
  CHECK(refused("triangle-antialiased-q14", "bicubic") ==
        "x: the preprocessing contract has the interpolation \"bicubic\"; this release does only "
        "\"triangle-antialiased-q14\": update signpost");
  CHECK(refused("RGB", "BGR") ==
        "x: the preprocessing contract has the channels \"BGR\"; this release does only \"RGB\": "
        "update signpost");
  CHECK(refused(",\"dtype\":\"uint8\"", "") == "x: the preprocessing contract has no \"dtype\"");
  CHECK(refused("48", "48,\"pad\":4") ==
        "x: the preprocessing contract holds the unknown field \"pad\": update signpost");
  CHECK(refused("48", "0") ==
        "x: the preprocessing contract has the size 0, which this release does not do");
  CHECK(refused("0.0", "0.00005") ==
        "x: the preprocessing contract has the margin 5e-05, which this release does not do");
  CHECK(refused("48", "\"48\"") == "x: the preprocessing contract has no number \"size\"");
  CHECK(message([] { decode_contract("[]", "x"); }) ==
        "x: the preprocessing contract is no JSON object");
}

}  // namespace signpost
