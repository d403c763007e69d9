#include "browser/site.h"

namespace signpost {
namespace {

std::string page_text(Browser& browser) {
  return browser.run("return document.documentElement.textContent").get<std::string>();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("two annotators at once never get one image") {
  const Site site(24);
  Browser &ann = first_browser(), &bob = second_browser();
  site.sign_in(ann, site.ann);
  site.sign_in(bob, site.bob);
  std::set<std::string> seen;
  for (int i = 0; i < 12; ++i) {
    CHECK(seen.insert(Site::press_and_go_on(ann, "1")).second);
    CHECK(seen.insert(Site::press_and_go_on(bob, "2")).second);
  }
  Site::wait_until_sent(ann);
  Site::wait_until_sent(bob);
  CHECK(seen.size() == 24);
  for (const CaptureState& one : site.captures()) {
    CHECK(one.status == "labelled");
    CHECK(one.opinions == 1);
  }
  CHECK(ann.wait("return document.getElementById('empty').textContent.startsWith('All done')"));
}

TEST_CASE("who signs out leaves the browser, and what was his to label, to the next one") {
  Site site(4);
  Browser& browser = first_browser();
  site.sign_in(browser, site.ann);
  const std::string first = Site::shown(browser);
  site.stop();
  browser.press("1");
  REQUIRE(
      browser.wait("return document.getElementById('alert').textContent"
                   ".includes('kept here')"));
  browser.click("#sign-out");
  REQUIRE(
      browser.wait("return document.getElementById('alert').textContent"
                   ".includes('sign out when')"));
  site.start();
  Site::wait_until_sent(browser);
  const std::string second = Site::shown(browser);
  browser.click("#sign-out");
  REQUIRE(browser.wait("return document.getElementById('login')?.open ?? false"));
  CHECK(browser.run_async("return (await fetch('/v1/session')).status") == 401);
  browser.type(site.bob);
  browser.press(keys::kEnter);
  Site::wait_for_image(browser);
  CHECK(browser.text("#who") == "bob");
  CHECK(Site::shown(browser) == second);
  CHECK(site.capture(first).annotation.annotator == "ann");
}

TEST_CASE("twice labelled captures are blind, their agreement is told, an admin decides") {
  const Site site(4, 2);
  Browser &ann = first_browser(), &bob = second_browser();
  site.sign_in(ann, site.ann);
  CHECK(ann.text("#badges") == "blind");
  for (int i = 0; i < 4; ++i) Site::press_and_go_on(ann, i == 1 ? "2" : "1");
  Site::wait_until_sent(ann);
  CHECK(site.count("labelled") == 4);

  site.sign_in(bob, site.bob);
  for (int i = 0; i < 4; ++i) {
    bob.press("h");
    REQUIRE(bob.wait("return document.getElementById('dialog').open"));
    CHECK(has(bob.text("#dialog-body"), "What others say is told when this capture is decided."));
    CHECK_FALSE(has(page_text(bob), "ann,"));
    CHECK(bob.run("return [...document.querySelectorAll('#dialog-body td')]"
                  ".every((cell) => cell.textContent !== 'ann')") == true);
    bob.press(keys::kEscape);
    Site::press_and_go_on(bob, i == 2 ? "r" : "1");
  }
  Site::wait_until_sent(bob);
  CHECK(site.count("disputed") == 2);
  CHECK_FALSE(bob.shows("#nav-disputed"));
  CHECK(bob.run_async("return (await fetch('/v1/annotate/disputed')).status") == 403);

  site.sign_in(ann, site.root, false);
  REQUIRE(ann.wait("return !document.getElementById('nav-disputed').hidden"));
  ann.click("#nav-disputed");
  REQUIRE(ann.wait("return document.querySelectorAll('.opinions li').length === 2"));
  CHECK(has(ann.text("#view-disputed"), "1 of 2 disagreements"));
  CHECK(has(ann.text(".opinions"), "ann"));
  CHECK(has(ann.text(".opinions"), "bob"));
  ann.screenshot("disputed");
  ann.press("2");
  REQUIRE(
      ann.wait("return document.querySelector('#view-disputed .bar p')"
               "?.textContent.startsWith('1 of 1')"));
  ann.press("/");
  ann.type("stop");
  ann.press(keys::kEnter);
  REQUIRE(
      ann.wait("return document.getElementById('view-disputed').textContent"
               ".startsWith('Nobody disagrees')"));
  CHECK(site.count("disputed") == 0);
  CHECK(site.count("labelled") == 2);

  ann.press("p");
  REQUIRE(ann.wait("return document.querySelectorAll('#view-progress table').length >= 3"));
  const std::string progress = ann.text("#view-progress");
  CHECK(has(progress, "ann and bob"));
  CHECK(has(progress, "Fleiss' kappa of 2 people on 4 captures"));
  ann.screenshot("progress");
}

TEST_CASE("in the grid the wrong ones are marked and the rest is confirmed") {
  const Site site(30);
  Browser& browser = first_browser();
  site.open(browser);
  browser.press("g");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length === 10"));
  REQUIRE(
      browser.wait("return [...document.querySelectorAll('.cell img')]"
                   ".every((image) => image.complete)"));
  // The last two, which the queue would not give next.
  browser.press(std::vector<std::string>(8, keys::kRight));
  browser.press({" ", keys::kRight, "x"});
  CHECK(browser.run("return document.querySelectorAll('.cell[aria-selected=true]').length") == 2);
  CHECK(browser.text("#grid-actions button") == "Confirm the other 8Enter");
  browser.screenshot("grid");
  const auto marked = browser.run(
      "return [...document.querySelectorAll('.cell.marked img')].map((one) =>"
      " one.src.split('/').pop())");
  browser.press("f");
  // The marked ones come now, one by one, and nothing before them.
  for (const auto& id : marked) {
    REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" +
                         id.get<std::string>() + "') ?? false"));
    browser.press("2");
  }
  CHECK(browser.text("#alert").empty());
  Site::wait_until_sent(browser);
  CHECK(site.count("labelled") == 10);
  int as_predicted = 0;
  for (const CaptureState& one : site.captures()) {
    if (one.status == "labelled") as_predicted += one.annotation.label == one.prediction->label;
  }
  CHECK(as_predicted == 8);

  // A confirmation is undone whole.
  browser.press("g");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length === 10"));
  REQUIRE(
      browser.wait("return [...document.querySelectorAll('.cell img')]"
                   ".every((image) => image.complete)"));
  browser.press(keys::kEnter);
  REQUIRE(
      browser.wait("return document.getElementById('status').textContent"
                   ".includes('Nothing more of this class')"));
  CHECK(site.count("labelled") == 20);
  browser.press("z");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length === 10"));
  CHECK(site.count("labelled") == 10);
}

TEST_CASE("script in every string is text") {
  const Site site(0);
  const std::string hostile =
      "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
  std::string token;
  {
    CaptureStore store(site.database(), Database::Missing::refuse);
    StoreSettings settings = store.settings();
    settings.labels = 2;
    store.change(settings);
    for (int i = 0; i < 3; ++i) Site::add(store, i, hostile + std::to_string(i), hostile, hostile);
    token = store.add_token(Role::admin, hostile).secret;
    std::vector<Annotation> said;
    for (const CaptureState& one : site.captures()) {
      for (const char* who : {"x", "y"}) {
        Annotation annotation;
        annotation.capture = short_id(one.sha256);
        annotation.annotator = who + hostile;
        annotation.verdict = "label";
        annotation.label = who[0] - 'x';
        annotation.note = hostile;
        annotation.blind = true;
        if (one.file.back() != '2') said.push_back(annotation);
      }
    }
    for (const AnnotationAnswer& answer : store.annotate(said)) REQUIRE(answer.wrong.empty());
  }
  Browser& browser = first_browser();
  site.sign_in(browser, token);
  CHECK(browser.text("#who") == hostile);
  CHECK(has(browser.text("#caption"), "window.hacked"));
  browser.press("h");
  REQUIRE(browser.wait("return document.getElementById('dialog').open"));
  CHECK(has(browser.text("#dialog-body"), hostile));
  browser.press(keys::kEscape);
  browser.press("g");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell').length === 1"));
  browser.click("#nav-disputed");
  REQUIRE(browser.wait("return document.querySelectorAll('.opinions li').length === 2"));
  CHECK(has(browser.text(".opinions"), hostile));
  browser.press("h");
  REQUIRE(browser.wait("return document.getElementById('dialog').open"));
  browser.press(keys::kEscape);
  browser.press("p");
  REQUIRE(browser.wait("return document.querySelectorAll('#view-progress table').length >= 3"));
  CHECK(has(browser.text("#view-progress"), hostile));
  CHECK(browser.run("return window.hacked === undefined") == true);
  CHECK(browser.run("return document.querySelectorAll('script').length") == 1);
  // And if a string ever became markup, the policy would keep it from running.
  browser.run("document.body.insertAdjacentHTML('beforeend', arguments[0])", {hostile});
  CHECK(browser.run_async("await new Promise((later) => setTimeout(later, 300));"
                          "return window.hacked === undefined") == true);
}

}  // namespace signpost
