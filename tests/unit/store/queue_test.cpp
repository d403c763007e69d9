#include "store/queue.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "base/error.h"
#include "support.h"

namespace signpost {
namespace {

/// A store of captures named 0, 1, 2 … that are predicted as class number % 3 with confidence
/// 0.9, 0.8, …; the last one has no prediction.
class Queue {
 public:
  explicit Queue(int captures) : store_(folder_ / "c.db", Database::Missing::create) {
    store_.use_clock([this] { return now_; });
    for (int i = 0; i < captures; ++i) {
      Submission submission = named(std::to_string(i));
      if (i + 1 < captures)
        submission.prediction = Prediction{"net", i % 3, std::max(0.0, 0.9 - 0.1 * i), {}};
      ids.push_back(add(store_, submission, image(i)).capture);
    }
  }
  CaptureStore& store() { return store_; }
  void wait(std::int64_t seconds) { now_ += 1000 * seconds; }
  std::string next(const QueueRequest& request) {
    std::string names;
    for (const QueueItem& item : store_.next(request)) names += item.capture.file;
    return names;
  }
  void want(int labels, double share = 1) {
    StoreSettings settings = store_.settings();
    settings.labels = labels;
    settings.labels_share = share;
    store_.change(settings);
  }
  std::vector<std::string> ids;

 private:
  Folder folder_;
  std::int64_t now_ = 1'700'000'000'000;
  CaptureStore store_;
};

}  // namespace

TEST_CASE("the queue gives captures in the order that is asked for") {
  Queue queue(6);
  CHECK(queue.next({.annotator = "a", .order = CaptureOrder::uncertain, .count = 6}) == "432105");
  queue.store().release("a");
  CHECK(queue.next({.annotator = "a", .order = CaptureOrder::newest, .count = 6}) == "543210");
  queue.store().release("a");
  CHECK(queue.next({.annotator = "a", .order = CaptureOrder::by_class, .count = 6}) == "304125");
  queue.store().release("a");
  CHECK(queue.next({.annotator = "a", .predicted = 1, .count = 6}) == "41");
}

TEST_CASE("the random order is the same for one seed, and holds every capture once") {
  Queue queue(8);
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const QueueRequest request{
        .annotator = "a", .order = CaptureOrder::random, .count = 8, .seed = seed};
    std::string order = queue.next(request);
    queue.store().release("a");
    CHECK(queue.next(request) == order);
    queue.store().release("a");
    orders.insert(order);
    std::ranges::sort(order);
    CHECK(order == "01234567");
  }
  CHECK(orders.size() > 3);
}

TEST_CASE("two annotators never hold one capture") {
  Queue queue(6);
  CHECK(queue.next({.annotator = "a", .count = 2}) == "43");
  CHECK(queue.next({.annotator = "b", .count = 3}) == "210");
  CHECK(queue.next({.annotator = "c", .count = 3}) == "5");
  CHECK(queue.next({.annotator = "d", .count = 3}).empty());
}

TEST_CASE("who asks again is given what he holds, and more only up to the count") {
  Queue queue(6);
  CHECK(queue.next({.annotator = "a", .count = 2}) == "43");
  CHECK(queue.next({.annotator = "a", .count = 2}) == "43");
  annotate(queue.store(), says(queue.ids[4], 1, "a"));
  CHECK(queue.next({.annotator = "a", .count = 2}) == "32");
  CHECK(queue.next({.annotator = "b", .count = 9}) == "105");
}

TEST_CASE("what is held and not asked for is given back") {
  Queue queue(6);
  CHECK(queue.next({.annotator = "a", .count = 2}) == "43");
  CHECK(queue.next({.annotator = "a", .predicted = 1, .count = 2}) == "41");
  CHECK(queue.next({.annotator = "b", .count = 1}) == "3");
}

TEST_CASE("a lease ends in time, and asking renews it") {
  Queue queue(2);
  const QueueRequest mine{.annotator = "a", .count = 1, .lease_seconds = 60};
  const QueueRequest theirs{.annotator = "b", .count = 2, .lease_seconds = 60};
  CHECK(queue.next(mine) == "0");
  queue.wait(59);
  CHECK(queue.next(mine) == "0");
  queue.wait(59);
  CHECK(queue.next(theirs) == "1");
  queue.wait(1);
  CHECK(queue.next(theirs) == "10");
}

TEST_CASE("a clock that jumps back or forth frees captures, and never locks them") {
  Queue queue(1);
  CHECK(queue.next({.annotator = "a"}) == "0");
  queue.wait(-3600);
  CHECK(queue.next({.annotator = "b"}) == "0");
  queue.wait(7200);
  CHECK(queue.next({.annotator = "c"}) == "0");
}

TEST_CASE("what is labelled leaves the queue, and comes back when it is withdrawn or rejected") {
  Queue queue(2);
  annotate(queue.store(), says(queue.ids[0], 1, "a"));
  CHECK(queue.next({.annotator = "b", .count = 9}) == "1");
  queue.store().release("b");
  queue.store().undo("a");
  CHECK(queue.next({.annotator = "b", .count = 9}) == "1");
  CHECK(queue.next({.annotator = "a", .count = 9}) == "0");
  annotate(queue.store(), says(queue.ids[0], 1, "a"));
  CHECK(review(queue.store(), queue.ids[0], "reject", "r").wrong.empty());
  CHECK(queue.next({.annotator = "c", .count = 9}) == "0");
}

TEST_CASE("what an annotator withdraws is given to him first, whatever he asks for") {
  Queue queue(6);
  annotate(queue.store(), says(queue.ids[0], 1, "a"));
  CHECK(queue.next({.annotator = "a", .predicted = 1, .count = 1}) == "4");
  queue.store().undo("a");
  CHECK(queue.next({.annotator = "a", .predicted = 1, .count = 2}) == "04");
}

TEST_CASE("what somebody is unsure of is given to others, not to him") {
  Queue queue(1);
  annotate(queue.store(), says(queue.ids[0], "unsure", "a"));
  CHECK(queue.next({.annotator = "a"}).empty());
  CHECK(queue.next({.annotator = "b"}) == "0");
}

TEST_CASE("what is put off comes again when nothing else is left") {
  Queue queue(3);
  CHECK(queue.next({.annotator = "a"}) == "1");
  CHECK(queue.store().skip("a", queue.ids[1]));
  CHECK(queue.next({.annotator = "a", .count = 3}) == "021");
  const std::vector<QueueItem> items = queue.store().next({.annotator = "a", .count = 3});
  CHECK_FALSE(items[0].skipped);
  CHECK(items[2].skipped);
  CHECK_FALSE(queue.store().skip("a", "000000"));
}

TEST_CASE("with two labels a capture, each is given to two people, blind, and to nobody twice") {
  Queue queue(2);
  queue.want(2);
  const std::vector<QueueItem> items = queue.store().next({.annotator = "a", .count = 9});
  REQUIRE(items.size() == 2);
  CHECK(items[0].blind);
  CHECK(queue.next({.annotator = "b", .count = 1}) == "0");
  CHECK(queue.next({.annotator = "c", .count = 9}) == "1");
  CHECK(queue.next({.annotator = "d", .count = 9}).empty());
  for (const char* annotator : {"a", "b"})
    annotate(queue.store(), says(queue.ids[0], 1, annotator, true));
  annotate(queue.store(), says(queue.ids[1], 1, "a", true));
  annotate(queue.store(), says(queue.ids[1], 2, "c", true));
  for (const char* annotator : {"a", "b", "c", "d"})
    CHECK(queue.next({.annotator = annotator, .count = 9}).empty());
  CHECK(all(queue.store(), {.statuses = {"disputed"}}).front().file == "1");
}

TEST_CASE("a share of the captures is labelled twice: the same whenever that is asked for") {
  Queue before(40), after(1);
  before.want(2, 0.5);
  std::vector<std::string> twice;
  for (const CaptureState& capture : all(before.store())) {
    if (capture.wanted == 2) twice.push_back(capture.file);
  }
  CHECK(twice.size() > 10);
  CHECK(twice.size() < 30);
  after.want(2, 0.5);
  std::vector<std::string> later;
  for (int i = 1; i < 40; ++i) add(after.store(), named(std::to_string(i)), image(i));
  for (const CaptureState& capture : all(after.store())) {
    if (capture.wanted == 2) later.push_back(capture.file);
  }
  CHECK(later == twice);
}

TEST_CASE("progress counts what was done, how fast, and what is left") {
  Queue queue(4);
  int milliseconds = 1000;
  for (const int capture : {0, 1, 2}) {
    Annotation annotation = says(queue.ids[static_cast<std::size_t>(capture)], 1, "a");
    annotation.milliseconds = milliseconds;
    milliseconds *= 2;
    annotate(queue.store(), annotation);
  }
  queue.store().undo("a");
  const AnnotatorProgress progress = queue.store().progress("a");
  CHECK(progress.annotations == 2);
  CHECK(progress.withdrawn == 1);
  CHECK(progress.last_day == 2);
  CHECK(progress.median_ms == 1500);
  CHECK(progress.left == 2);
  queue.wait(86'401);
  CHECK(queue.store().progress("a").last_day == 0);
  CHECK_FALSE(queue.store().progress("b").median_ms);
}

TEST_CASE("a request that makes no sense is refused") {
  Queue queue(1);
  CHECK_THROWS_WITH(queue.store().next({.annotator = ""}), "the queue needs an annotator's name");
  CHECK_THROWS_WITH(queue.store().next({.annotator = "a", .count = 0}),
                    "the queue gives 1 to 1000 captures at a time");
  CHECK_THROWS_WITH(queue.store().next({.annotator = "a", .lease_seconds = 0}),
                    "a lease lasts 1 to 86400 seconds");
}

}  // namespace signpost
