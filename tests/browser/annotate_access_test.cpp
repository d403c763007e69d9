#include "browser/site.h"

namespace signpost {
namespace {

/// WCAG 2.1, relative luminance and contrast ratio, of two custom properties of the page.
constexpr const char* kContrast = R"(
  const style = getComputedStyle(document.documentElement);
  const luminance = (name) => {
    const text = style.getPropertyValue(name).trim();
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [luminance(arguments[0]), luminance(arguments[1])];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);)";

/// What reaches over the right edge of the window, of all that is shown.
constexpr const char* kTooWide = R"(
  const clipped = (one) => one.closest(".scroll, .visually-hidden, .skip-link, #facts, .suggestion") !== null;
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && !clipped(one) && one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => one.tagName + "#" + one.id + "." + one.className).join(" ");)";

/// Buttons, links and fields without a name that a screen reader could read.
constexpr const char* kNameless = R"(
  return [...document.querySelectorAll("button, a, input, select, [role=option], [role=application]")]
    .filter((one) => one.checkVisibility() && !(one.getAttribute("aria-label") || one.textContent.trim() ||
                     one.labels?.length)).map((one) => one.outerHTML).join(" ");)";

void set_phone(Browser& browser) {
  browser.devtools("Emulation.setDeviceMetricsOverride",
                   {{"width", 390}, {"height", 844}, {"deviceScaleFactor", 2}, {"mobile", true}});
}

void set_scheme(Browser& browser, const std::string& scheme) {
  browser.devtools("Emulation.setEmulatedMedia",
                   {{"features", {{{"name", "prefers-color-scheme"}, {"value", scheme}}}}});
}

}  // namespace

TEST_CASE("at a phone's width nothing is cut off, and every action has a button") {
  const Site site(30);
  Browser& browser = first_browser();
  set_phone(browser);
  site.open(browser);
  CHECK(browser.run(kTooWide) == "");
  CHECK(browser.run("return document.querySelector('main').scrollWidth <= innerWidth") == true);
  browser.screenshot("phone-label");
  for (const char* action : {"reject", "unsure", "skip", "undo", "clear-box", "brighten", "cards",
                             "history", "grid", "help"}) {
    const std::string selector = std::string("#actions [data-action=") + action + "]";
    INFO(action);
    CHECK(browser.shows(selector));
    const auto size = browser.run(
        "const {width, height} = document.querySelector(arguments[0]).getBoundingClientRect();"
        "return Math.min(width, height)",
        {selector});
    CHECK(size.get<double>() >= 36);
  }
  const std::string first = Site::shown(browser);
  browser.click("#suggestions li:nth-child(2) button");
  REQUIRE(browser.wait("return document.querySelector('#frame img')?.src.endsWith('" + first +
                       "') === false"));
  browser.click("[data-action=reject]");
  Site::wait_until_sent(browser);
  CHECK(site.capture(first).annotation.label == 14);
  CHECK(site.count("rejected") == 1);
  browser.click("[data-action=undo]");
  Site::wait_until_sent(browser);
  CHECK(site.count("rejected") == 0);
  browser.click("[data-action=cards]");
  CHECK(browser.run(kTooWide) == "");
  browser.screenshot("phone-cards");
  browser.click("#dialog-close");
  browser.click("[data-action=grid]");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length === 10"));
  CHECK(browser.run(kTooWide) == "");
  browser.screenshot("phone-grid");
  browser.click("nav a[href='#progress']");
  REQUIRE(browser.wait("return document.querySelectorAll('#view-progress table').length >= 2"));
  CHECK(browser.run(kTooWide) == "");
  browser.devtools("Emulation.clearDeviceMetricsOverride", nlohmann::json::object());
}

TEST_CASE("text stands out from what is behind it, by day and by night") {
  const Site site(3);
  Browser& browser = first_browser();
  for (const char* scheme : {"light", "dark"}) {
    set_scheme(browser, scheme);
    site.open(browser);
    browser.screenshot(scheme);
    constexpr double kEnough = 4.5;  // WCAG 2.1, 1.4.3
    for (const auto& [text, behind] :
         std::vector<std::pair<std::string, std::string>>{{"--ink", "--paper"},
                                                          {"--ink", "--card"},
                                                          {"--ink", "--soft"},
                                                          {"--quiet", "--paper"},
                                                          {"--quiet", "--card"},
                                                          {"--quiet", "--stage"},
                                                          {"--quiet", "--soft"},
                                                          {"--on-accent", "--accent"},
                                                          {"--on-bad", "--bad"},
                                                          {"--bad", "--card"}}) {
      INFO(scheme << ' ' << text << " on " << behind);
      CHECK(browser.run(kContrast, {text, behind}).get<double>() >= kEnough);
    }
  }
  set_scheme(browser, "");
}

TEST_CASE("a screen reader is told what there is and what happens") {
  const Site site(12);
  Browser& browser = first_browser();
  site.open(browser);
  CHECK(browser.run("return document.documentElement.lang") == "en");
  CHECK(browser.run("return document.getElementById('status').getAttribute('aria-live')") ==
        "polite");
  CHECK(browser.run("return document.activeElement.id") == "stage");
  CHECK(browser.run("return document.getElementById('stage').getAttribute('aria-label')") ==
        "Image to label. The model says Speed limit 20 km/h 50 %.");
  CHECK(browser.run(kNameless) == "");
  Site::press_and_go_on(browser, "2");
  CHECK(browser.text("#status") == "Stop. Next: The model says Speed limit 30 km/h 50 %.");
  browser.press("b");
  CHECK(browser.text("#status") == "Shown brighter.");
  browser.press("/");
  browser.type("kreis");
  CHECK(browser.run(
            "const field = document.activeElement;"
            "return [field.getAttribute('role'), field.getAttribute('aria-expanded'),"
            " document.getElementById(field.getAttribute('aria-activedescendant')).textContent]"
            ".join(' ')") == "combobox true RoundaboutKreisverkehr");
  CHECK(browser.run(kNameless) == "");
  browser.press(keys::kEscape);
  browser.press("g");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length > 0"));
  CHECK(browser.run(kNameless) == "");
  CHECK(browser.run("return document.activeElement.getAttribute('role')") == "option");
  CHECK(browser.run("return document.activeElement.parentElement.getAttribute('role')") ==
        "listbox");
  CHECK(browser.run("return document.activeElement.ariaLabel")
            .get<std::string>()
            .starts_with("Image 1 of 4, not marked"));
}

TEST_CASE("whoever tabs from the top skips to the work, in each view") {
  const Site site(3);
  Browser& browser = first_browser();
  site.open(browser);
  const auto skipped_to = [&] {
    browser.run("document.getElementById('skip').focus()");
    browser.press(keys::kEnter);
    return browser.run("return document.activeElement.id || document.activeElement.className")
        .get<std::string>();
  };
  CHECK(skipped_to() == "stage");
  browser.press("g");
  REQUIRE(browser.wait("return document.querySelectorAll('.cell img').length > 0"));
  CHECK(skipped_to() == "grid-class");
  CHECK(browser.run("return location.hash") == "#grid");
  browser.click("nav a[href='#progress']");
  REQUIRE(browser.wait("return document.querySelectorAll('#view-progress table').length >= 2"));
  CHECK(skipped_to() == "scroll");
}

TEST_CASE("the page asks nobody but its server, and nothing of it runs inline") {
  const Site site(3);
  Browser& browser = first_browser();
  site.open(browser);
  CHECK(browser.run("return performance.getEntriesByType('resource')"
                    ".filter((one) => !one.name.startsWith(location.origin)).length") == 0);
  CHECK(browser.run("return document.querySelectorAll('script:not([src]), [onclick], [style*=url]')"
                    ".length") == 0);
  CHECK(browser.run_async("const answer = await fetch('/annotate');"
                          "return answer.headers.get('Content-Security-Policy')") ==
        "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
  CHECK(browser.run("return document.cookie") == "");
}

TEST_CASE("classes are found by English and German names, umlauts or none, and numbers") {
  const Site site(1);
  Browser& browser = first_browser();
  site.open(browser);
  const auto best = [&](const std::string& query) {
    return browser
        .run_async(
            "const {search, searchable} = await import('/annotate/search.js');"
            "const {classes} = await (await fetch('/v1/annotate/setup')).json();"
            "return search(searchable(classes), " +
            nlohmann::json(query).dump() + ")[0]?.name ?? 'none';")
        .get<std::string>();
  };
  CHECK(best("stop") == "Stop");
  CHECK(best("kreisv") == "Roundabout");
  CHECK(best("überholverbot") == "No overtaking");
  CHECK(best("uberholverbot") == "No overtaking");
  CHECK(best("ueberholverbot") == "No overtaking");
  CHECK(best("30") == "Speed limit 30 km/h");
  CHECK(best("14") == "Stop");
  CHECK(best("limit 80") == "Speed limit 80 km/h");
  CHECK(best("vorfahrtstrasse") == "Priority road");
  CHECK(best("nothing of the kind") == "none");
  CHECK(best("") == "none");
}

TEST_CASE("boxes stay inside the image and never vanish") {
  const Site site(1);
  Browser& browser = first_browser();
  site.open(browser);
  const auto box = [&](const std::string& call) {
    return browser
        .run_async("const roi = await import('/annotate/roi.js'); return JSON.stringify(roi." +
                   call + ");")
        .get<std::string>();
  };
  CHECK(box("spanned({x: 9.5, y: 8.2}, {x: 2.1, y: 1}, 40, 30)") == "[2,1,10,9]");
  CHECK(box("spanned({x: -5, y: -5}, {x: 90, y: 90}, 40, 30)") == "[0,0,40,30]");
  CHECK(box("spanned({x: 5.1, y: 5.1}, {x: 5.2, y: 5.2}, 40, 30)") == "null");
  CHECK(box("moved([2, 2, 10, 10], -5, 100, 40, 30)") == "[0,22,8,30]");
  CHECK(box("resized([2, 2, 10, 10], -50, 100, 40, 30)") == "[2,2,4,30]");
  CHECK(box("startingBox(3, 3)") == "[0,0,3,3]");
}

}  // namespace signpost
