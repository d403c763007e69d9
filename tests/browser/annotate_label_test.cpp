#include <chrono>

#include "browser/site.h"

namespace signpost {

TEST_CASE("twenty captures are labelled by keyboard alone") {
  const Site site(30);
  Browser& browser = first_browser();
  site.open(browser);
  std::set<std::string> labelled;
  for (int i = 0; i < 14; ++i) labelled.insert(Site::press_and_go_on(browser, "1"));
  const std::string accepted = Site::press_and_go_on(browser, keys::kEnter);
  const std::string second = Site::press_and_go_on(browser, "2");
  const std::string rejected = Site::press_and_go_on(browser, "r");
  const std::string unsure = Site::press_and_go_on(browser, "u");
  // "/" and Shift begin a search; so does a letter that is no command.
  const std::string searched = Site::shown(browser);
  browser.press("/");
  browser.type("vorfahrt gew");
  CHECK(browser.text("#search-list li .en") == "Yield");
  Site::press_and_go_on(browser, keys::kEnter);
  const std::string by_letter = Site::shown(browser);
  browser.type("wild");
  browser.press(keys::kDown);
  Site::press_and_go_on(browser, keys::kEnter);
  Site::wait_until_sent(browser);
  CHECK(labelled.size() == 14);
  for (const std::string& id : labelled) {
    const CaptureState capture = site.capture(id);
    CHECK(capture.status == "labelled");
    CHECK(capture.annotation.label == capture.prediction->label);
    CHECK(capture.annotation.annotator == "zoe");
  }
  CHECK(site.capture(accepted).annotation.label == site.capture(accepted).prediction->label);
  CHECK(site.capture(second).annotation.label == 14);
  CHECK(site.capture(rejected).status == "rejected");
  CHECK(site.capture(unsure).status == "unsure");
  CHECK(site.capture(searched).annotation.label == 13);
  CHECK(site.capture(by_letter).annotation.label == 31);
  const CaptureHistory history = site.history(accepted);
  REQUIRE(history.annotations.size() == 1);
  CHECK(history.annotations[0].annotation.milliseconds.value_or(-1) > 0);
}

TEST_CASE("the uncertain come first, and what is skipped comes again at the end") {
  const Site site(4);
  Browser& browser = first_browser();
  site.open(browser);
  const std::string first = Site::press_and_go_on(browser, " ");
  CHECK(site.capture(first).file == "photo0.ppm");
  for (int i = 1; i < 4; ++i) {
    const std::string id = Site::press_and_go_on(browser, "1");
    CHECK(site.capture(id).file == "photo" + std::to_string(i) + ".ppm");
  }
  REQUIRE(
      browser.wait("return document.querySelector('#frame img') !== null &&"
                   " document.getElementById('empty').hidden"));
  CHECK(Site::shown(browser) == first);
  CHECK(browser.text("#badges") == "skipped before");
  Site::press_and_go_on(browser, "1");
  CHECK(browser.text("#empty").starts_with("All done"));
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == 4);
}

TEST_CASE("the order of the queue is chosen on the page") {
  const Site site(9);
  Browser& browser = first_browser();
  site.open(browser);
  CHECK(site.capture(Site::shown(browser)).file == "photo0.ppm");
  browser.run(
      "const order = document.getElementById('order'); order.value = 'newest';"
      "order.dispatchEvent(new Event('change'))");
  REQUIRE(
      browser.wait("return document.getElementById('caption').textContent.startsWith("
                   "'photo8.ppm')"));
  Site::wait_for_image(browser);
  Site::press_and_go_on(browser, "1");
  CHECK(site.capture(Site::shown(browser)).file == "photo7.ppm");
}

TEST_CASE("undo gives back the image with its box, as often as there are labels") {
  const Site site(8);
  Browser& browser = first_browser();
  site.open(browser);
  browser.press({keys::kLeft, keys::kLeft});
  const std::string one = Site::press_and_go_on(browser, "1");
  const std::string two = Site::press_and_go_on(browser, "r");
  browser.press("z");
  REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" + two + "')"));
  browser.press(keys::kBackspace);
  REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" + one + "')"));
  CHECK(browser.run("return document.querySelector('rect.line').getAttribute('x')") == "3");
  CHECK(browser.text("#status").starts_with("Undone: "));
  Site::wait_until_sent(browser);
  CHECK(site.count("new") == 8);
  Site::press_and_go_on(browser, "2");
  CHECK(Site::shown(browser) == two);
  Site::wait_until_sent(browser);
  CHECK(site.capture(one).annotation.label == 14);
  CHECK(site.capture(one).annotation.roi == Roi{3, 3, 35, 27});

  // Also what was labelled before the page was loaded.
  browser.reload();
  Site::wait_for_image(browser);
  CHECK(Site::shown(browser) == two);
  browser.press("z");
  REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" + one + "')"));
  CHECK(site.count("new") == 8);
}

TEST_CASE("a box is drawn and moved by keys and by the mouse") {
  const Site site(3);
  Browser& browser = first_browser();
  site.open(browser);
  browser.press({keys::kRight, keys::kRight, keys::kDown});
  browser.press_with(keys::kShift, keys::kLeft);
  browser.press_with(keys::kShift, keys::kUp);
  CHECK(browser.text("#status") == "Box 5, 4 to 36, 27.");
  const std::string by_keys = Site::press_and_go_on(browser, "1");

  const auto area = browser.run(
      "const {x, y, width, height} = document.getElementById('frame').getBoundingClientRect();"
      "return [x, y, width / 40, height / 30]");
  const auto x = [&](double pixel) {
    return area[0].get<double>() + pixel * area[2].get<double>();
  };
  const auto y = [&](double pixel) {
    return area[1].get<double>() + pixel * area[3].get<double>();
  };
  browser.drag(x(10.5), y(8.5), x(29.5), y(20.5));
  CHECK(browser.text("#status") == "Box 10, 8 to 30, 21.");
  browser.drag(x(20), y(15), x(22), y(16));  // inside: the whole box
  CHECK(browser.text("#status") == "Box 12, 9 to 32, 22.");
  browser.drag(x(32), y(15), x(35), y(15));  // its right edge
  CHECK(browser.text("#status") == "Box 12, 9 to 35, 22.");
  browser.screenshot("box");
  const std::string by_mouse = Site::press_and_go_on(browser, "1");

  browser.drag(x(1), y(1), x(9), y(9));
  browser.press(keys::kEscape);
  const std::string without = Site::press_and_go_on(browser, "1");
  Site::wait_until_sent(browser);
  CHECK(site.capture(by_keys).annotation.roi == Roi{5, 4, 36, 27});
  CHECK(site.capture(by_mouse).annotation.roi == Roi{12, 9, 35, 22});
  CHECK_FALSE(site.capture(without).annotation.roi);
}

TEST_CASE("keys go where the focus is, and a key that is held down labels once") {
  const Site site(8);
  Browser& browser = first_browser();
  site.open(browser);
  const std::string before = Site::shown(browser);
  // Letters of commands are letters in the search field; Escape leaves it.
  browser.press("/");
  browser.type("rsuz");
  browser.press(keys::kEscape);
  CHECK(Site::shown(browser) == before);
  CHECK(browser.run("return document.activeElement.id") == "stage");
  // A dialog has the keys while it is open, and gives the focus back.
  browser.press("?");
  CHECK(browser.shows("#dialog"));
  browser.press("r");
  browser.press(keys::kEscape);
  CHECK_FALSE(browser.shows("#dialog"));
  CHECK(Site::shown(browser) == before);
  browser.run(
      "for (let i = 0; i < 5; ++i) document.activeElement.dispatchEvent("
      "new KeyboardEvent('keydown', {key: '1', repeat: i > 0, bubbles: true}))");
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == 1);
}

TEST_CASE("a class is chosen on the reference card, with our drawing of each sign") {
  const Site site(3);
  Browser& browser = first_browser();
  site.open(browser);
  const std::string id = Site::shown(browser);
  browser.press("c");
  CHECK(browser.run("return document.querySelectorAll('.cards button').length") == 43);
  CHECK(
      browser.wait("return [...document.querySelectorAll('.cards img')]"
                   ".every((one) => one.complete && one.naturalWidth === 160)"));
  browser.screenshot("cards");
  browser.click(".cards li:nth-child(15) button");
  REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" + id +
                       "') === false"));
  Site::wait_until_sent(browser);
  CHECK(site.capture(id).annotation.label == 14);
}

TEST_CASE("the history of a capture tells who said what") {
  const Site site(3);
  Browser& browser = first_browser();
  site.open(browser);
  Site::press_and_go_on(browser, "2");
  browser.press("z");
  Site::wait_until_sent(browser);
  browser.press("h");
  REQUIRE(browser.wait("return document.getElementById('dialog').open"));
  const std::string text = browser.text("#dialog-body");
  CHECK(text.find("received from phone as photo0.ppm") != std::string::npos);
  CHECK(text.find("Stop (14)") != std::string::npos);
  CHECK(text.find("took back annotation 1") != std::string::npos);
}

TEST_CASE("the page lets a trained annotator pass many more than 40 images a minute") {
  const Site site(90);
  Browser& browser = first_browser();
  site.open(browser);
  constexpr int kImages = 60;
  // The next key comes when the next image is on the screen, as with somebody who needs no time.
  const double seconds =
      browser
          .run_async(
              "const frame = document.getElementById('frame'), start = performance.now();"
              "let shown = null;"
              "for (let done = 0; done < 60;) {"
              "  const image = frame.querySelector('img');"
              "  if (image && image !== shown) {"
              "    await new Promise((painted) => requestAnimationFrame(() => "
              "setTimeout(painted)));"
              "    shown = image; ++done;"
              "    document.getElementById('stage').dispatchEvent("
              "      new KeyboardEvent('keydown', {key: '1', bubbles: true}));"
              "  } else await new Promise((later) => setTimeout(later, 1));"
              "}"
              "return (performance.now() - start) / 1000;")
          .get<double>();
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == kImages);
  WARN("the page alone allows " << 60 * kImages / seconds << " images a minute");
  CHECK(60 * kImages / seconds > 40);
}

}  // namespace signpost
