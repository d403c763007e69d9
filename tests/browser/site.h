#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "browser/browser.h"
#include "pixels/pnm.h"
#include "serve/annotate.h"
#include "support/scratch.h"

namespace signpost {

/// A server of the annotation page over a store of its own, with captures that a model has seen.
class Site {
 public:
  /// `labels`: how many people label each capture.
  explicit Site(int captures, int labels = 1) {
    CaptureStore store(database(), Database::Missing::create);
    StoreSettings settings = store.settings();
    settings.labels = labels;
    store.change(settings);
    for (int i = 0; i < captures; ++i) add(store, i);
    ann = store.add_token(Role::annotator, "ann").secret;
    bob = store.add_token(Role::annotator, "bob").secret;
    root = store.add_token(Role::admin, "root").secret;
    start();
  }

  std::filesystem::path database() const { return scratch_ / "c.db"; }

  /// Capture number `i`: 40 x 30 pixels, predicted as class i % 3, more surely each time.
  static void add(CaptureStore& store, int i, const std::string& file = {},
                  const std::string& device = "phone", const std::string& model = "net-1") {
    Image pixels(40, 30);
    for (std::size_t at = 0; at < pixels.rgb.size(); ++at)
      pixels.rgb[at] = static_cast<std::uint8_t>((at * 7 + static_cast<std::size_t>(i) * 31) % 251);
    Bytes bytes;
    encode_ppm(pixels, bytes);
    const int label = i % 3;
    const std::string top = "[{\"label\":" + std::to_string(label) + ",\"confidence\":0.5}," +
                            "{\"label\":14,\"confidence\":0.2},{\"label\":25,\"confidence\":0.1}]";
    Submission submission;
    submission.file = file.empty() ? "photo" + std::to_string(i) + ".ppm" : file;
    submission.device = device;
    submission.prediction = Prediction{model, label, 0.3 + 0.001 * i, top};
    std::string wrong;
    const auto staged = CaptureStore::stage(std::move(submission), bytes, wrong);
    REQUIRE(staged);
    REQUIRE(store.admit(std::span(&*staged, 1)).front().wrong.empty());
  }

  void start() {
    ServiceOptions options;
    options.database = database();
    options.web.port = port_;
    options.web.drain_s = 0.2;
    service_ = std::make_unique<Service>(options, [](const std::string&) {});
    Account account;
    account.role = Role::admin;
    account.name = "zoe";
    service_->authority().trust(kKey, account);
    add_annotate(*service_, {});
    service_->start();
    const std::string url = service_->url();
    port_ = std::atoi(url.c_str() + url.rfind(':') + 1);
  }
  void stop() { service_.reset(); }

  std::string url(const std::string& rest = "/annotate") const {
    return "http://127.0.0.1:" + std::to_string(port_) + rest;
  }

  /// Opens the page for the owner of a token and waits for the first image, if there is one.
  void sign_in(Browser& browser, const std::string& token, bool image = true) const {
    browser.forget();
    browser.open(url());
    REQUIRE(browser.wait("return document.getElementById('login').open"));
    browser.type(token);
    browser.press(keys::kEnter);
    REQUIRE(browser.wait("return !document.getElementById('login').open"));
    if (image) wait_for_image(browser);
  }

  /// Opens the page as `signpost annotate --annotator zoe` prints its address.
  void open(Browser& browser) const {
    browser.forget();
    browser.open(url(std::string("/annotate#key=") + kKey));
    wait_for_image(browser);
  }

  static void wait_for_image(Browser& browser) {
    REQUIRE(browser.wait("return document.querySelector('#frame img')?.naturalWidth > 0"));
  }

  /// Waits until all that was done has reached the server.
  static void wait_until_sent(Browser& browser) {
    REQUIRE(browser.wait(
        "return !Object.keys(localStorage).some((one) => one.startsWith('signpost-outbox-'))"));
  }

  /// The capture that is shown.
  static std::string shown(Browser& browser) {
    const std::string address =
        browser.run("return document.querySelector('#frame img')?.src ?? ''").get<std::string>();
    return address.substr(address.rfind('/') + 1);
  }

  /// Presses a key that labels, and waits until another image is shown or none is left.
  static std::string press_and_go_on(Browser& browser, const std::string& key) {
    const std::string before = shown(browser);
    browser.press(key);
    REQUIRE(
        browser.wait("const image = document.querySelector('#frame img');"
                     "return !document.getElementById('empty').hidden ||"
                     " (image !== null && !image.src.endsWith('" +
                     before + "'))"));
    return before;
  }

  std::vector<CaptureState> captures() const {
    std::vector<CaptureState> all;
    CaptureStore store(database(), Database::Missing::refuse);
    store.each({}, [&](const CaptureState& one) { all.push_back(one); });
    return all;
  }
  CaptureState capture(const std::string& id) const {
    std::string wrong;
    return CaptureStore(database(), Database::Missing::refuse).find(id, wrong).value();
  }
  CaptureHistory history(const std::string& id) const {
    std::string wrong;
    return CaptureStore(database(), Database::Missing::refuse).history(id, wrong).value();
  }
  int count(const std::string& status) const {
    int found = 0;
    for (const CaptureState& one : captures()) found += one.status == status ? 1 : 0;
    return found;
  }

  std::string ann, bob, root;

 private:
  static constexpr const char* kKey =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  Scratch scratch_;
  int port_ = 0;
  std::unique_ptr<Service> service_;
};

/// Two browsers with profiles of their own; started once, as each takes a second.
inline Browser& first_browser() {
  static Browser browser;
  return browser;
}
inline Browser& second_browser() {
  static Browser browser;
  return browser;
}

}  // namespace signpost
