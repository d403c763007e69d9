#include <catch2/catch.hpp>

#include "support/annotator_crowd.h"

namespace signpost {

TEST_CASE(
    "a hundred annotators, two devices and a reviewer at once lose nothing and share nothing") {
  CrowdOptions options;
  const CrowdAnswer answer = run_crowd(options);
  for (const std::string& wrong : answer.wrong) CHECK(wrong == "");
  CHECK(answer.labels - answer.withdrawn ==
        static_cast<std::size_t>(options.annotators * options.labels_each));
  CHECK(answer.submitted == static_cast<std::size_t>(options.devices * options.submissions_each));
  CHECK(answer.withdrawn > 0);
  CHECK(answer.repeated > 0);
  CHECK(answer.decided > 0);
  CHECK(answer.decided <= static_cast<std::size_t>(options.disputed));
  CHECK(answer.accepted > 0);
}

}  // namespace signpost
