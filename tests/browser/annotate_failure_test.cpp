#include <chrono>
#include <thread>

#include "browser/site.h"

namespace signpost {

TEST_CASE("labels survive a restart of the server, each once") {
  Site site(20);
  Browser& browser = first_browser();
  site.open(browser);
  Site::press_and_go_on(browser, "1");
  Site::wait_until_sent(browser);
  REQUIRE(browser.run_async("await new Promise((later) => setTimeout(later, 300)); return true;") ==
          true);
  site.stop();
  for (int i = 0; i < 3; ++i) Site::press_and_go_on(browser, "1");
  REQUIRE(
      browser.wait("return document.getElementById('alert').textContent"
                   ".includes('labels are kept here')"));
  browser.screenshot("offline");
  browser.press("z");  // also while it is away
  site.start();
  Site::wait_until_sent(browser);
  CHECK(browser.wait("return document.getElementById('alert').textContent === ''"));
  Site::wait_for_image(browser);
  for (int i = 0; i < 4; ++i) Site::press_and_go_on(browser, "1");
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == 7);
  for (const CaptureState& one : site.captures()) CHECK(one.opinions <= 1);
}

TEST_CASE("labels wait in the browser when the page is closed before they are sent") {
  Site site(20);
  Browser& browser = first_browser();
  site.sign_in(browser, site.ann);
  site.stop();
  Site::press_and_go_on(browser, "1");
  Site::press_and_go_on(browser, "1");
  const std::string page = browser.window();
  const std::string other = browser.new_window();
  browser.use_window(page);
  browser.close_window();
  browser.use_window(other);
  CHECK(site.count("labelled") == 0);
  site.start();
  browser.open(site.url());
  Site::wait_for_image(browser);
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == 2);
}

TEST_CASE("an answer that was lost is asked for again, and the label counts once") {
  const Site site(6);
  Browser& browser = first_browser();
  site.open(browser);
  // The request arrives, its answer does not.
  browser.run(
      "const ours = window.fetch; let lost = 0; window.fetch = async (address, options) => {"
      "  const answer = await ours(address, options);"
      "  if (String(address).endsWith('/annotations') && lost++ === 0) throw new TypeError('lost');"
      "  return answer; };");
  const std::string id = Site::press_and_go_on(browser, "1");
  Site::wait_until_sent(browser);
  CHECK(site.history(id).annotations.size() == 1);
  CHECK(site.capture(id).status == "labelled");
}

TEST_CASE("a session that is over asks for a token and loses nothing") {
  const Site site(12);
  Browser& browser = first_browser();
  site.sign_in(browser, site.ann);
  std::string fresh;
  {
    CaptureStore store(site.database(), Database::Missing::refuse);
    store.revoke(1);
    fresh = store.add_token(Role::annotator, "ann").secret;
  }
  const std::string id = Site::shown(browser);
  browser.press("1");
  REQUIRE(browser.wait("return document.getElementById('login').open"));
  CHECK(browser.text("#login-reason").find("this token was revoked") != std::string::npos);
  browser.type("wrong");
  browser.press(keys::kEnter);
  REQUIRE(browser.wait("return document.getElementById('login-wrong').textContent !== ''"));
  CHECK(browser.text("#login-wrong") == "this token is not known here.");
  browser.run("document.getElementById('token').value = ''");
  browser.type(fresh);
  browser.press(keys::kEnter);
  REQUIRE(browser.wait("return !document.getElementById('login').open"));
  Site::wait_until_sent(browser);
  CHECK(site.capture(id).status == "labelled");
  Site::wait_for_image(browser);
  CHECK(Site::shown(browser) != id);
}

TEST_CASE("a second tab says that there is a first one, and may take over") {
  const Site site(12);
  Browser& browser = first_browser();
  site.open(browser);
  const std::string first = browser.window();
  const std::string second = browser.new_window();
  browser.open(site.url());
  REQUIRE(browser.wait("return document.getElementById('elsewhere').open"));
  CHECK_FALSE(browser.shows("#frame img"));
  browser.click("#take-over");
  Site::wait_for_image(browser);
  const std::string id = Site::press_and_go_on(browser, "1");
  browser.use_window(first);
  REQUIRE(browser.wait("return document.getElementById('elsewhere').open"));
  browser.press("1");
  browser.close_window();
  browser.use_window(second);
  Site::wait_until_sent(browser);
  CHECK(site.capture(id).status == "labelled");
  CHECK(site.count("labelled") == 1);
}

TEST_CASE("an image that somebody else labelled meanwhile is not labelled over") {
  const Site site(6);
  Browser& browser = first_browser();
  site.open(browser);
  const std::string id = Site::shown(browser);
  {
    CaptureStore store(site.database(), Database::Missing::refuse);
    Annotation annotation;
    annotation.capture = id;
    annotation.annotator = "bob";
    annotation.verdict = "label";
    annotation.label = 40;
    REQUIRE(store.annotate(std::span(&annotation, 1)).front().wrong.empty());
  }
  browser.press("1");
  REQUIRE(
      browser.wait("return document.getElementById('alert').textContent.includes("
                   "'needs no more labels; others were faster')"));
  CHECK(site.capture(id).annotation.label == 40);
}

}  // namespace signpost
