// A class catalogue: what it accepts keeps the promises of its header.
#include "sample/catalogue.h"

#include "base/error.h"
#include "harness.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Catalogue catalogue =
        Catalogue::parse({reinterpret_cast<const char*>(data), size}, "classes.toml");
    int last = -1;
    for (const SignClass& sign : catalogue.classes()) {
      PROMISE(sign.id > last && catalogue.find(sign.id) == &sign);
      last = sign.id;
      for (const Transform transform : kTransforms) {
        if (const auto other = sign.after(transform)) PROMISE(catalogue.find(*other) != nullptr);
      }
    }
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
