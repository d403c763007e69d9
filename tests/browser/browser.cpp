#include "browser/browser.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "support/web_client.h"

extern char** environ;

namespace signpost {
namespace {

using Json = nlohmann::json;

bool is_installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::string folders = path ? path : "";
  for (std::size_t at = 0; at <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', at), folders.size());
    if (::access((folders.substr(at, end - at) + "/" + program).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

std::string decoded_base64(const std::string& text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, count = 0;
  for (const char c : text) {
    const std::size_t value = kDigits.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6) | static_cast<unsigned>(value);
    if ((count += 6) < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xff);
  }
  return out;
}

}  // namespace

/// One chromedriver for all browsers of the program.
struct Browser::Driver {
  pid_t process = 0;
  int port = 0;
  int output = -1;
  std::thread reader;  ///< so that the driver never waits for us to read what it says

  Driver() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    char program[] = "chromedriver", any_port[] = "--port=0";
    char* const arguments[] = {program, any_port, nullptr};
    const int failed = posix_spawnp(&process, program, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    output = ends[0];
    if (failed != 0) throw std::runtime_error("chromedriver does not start");
    const std::string words = "started successfully on port ";
    std::string said;
    char letter;
    std::size_t at = std::string::npos;
    while (::read(output, &letter, 1) == 1) {
      said += letter;
      at = said.find(words);
      if (at != std::string::npos && letter == '\n') break;
    }
    if (at == std::string::npos) throw std::runtime_error("chromedriver: " + said);
    port = std::atoi(said.c_str() + at + words.size());
    reader = std::thread([this] {
      char buffer[4096];
      while (::read(output, buffer, sizeof buffer) > 0) {
      }
    });
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    ::kill(process, SIGTERM);
    ::waitpid(process, nullptr, 0);
    reader.join();
    ::close(output);
  }
};

std::string Browser::missing() {
  if (!is_installed("chromedriver")) return "chromedriver is not installed (chromium-driver)";
  if (!is_installed("chromium")) return "chromium is not installed";
  return {};
}

std::shared_ptr<Browser::Driver> Browser::driver() {
  static std::weak_ptr<Driver> shared;
  std::shared_ptr<Driver> one = shared.lock();
  if (!one) shared = one = std::make_shared<Driver>();
  return one;
}

Json Browser::call(const std::string& method, const std::string& path, const Json& body) {
  constexpr int kPatienceS = 120;
  WireClient client(driver_->port, kPatienceS);
  const std::string text = method == "POST" ? body.dump() : "";
  const WireAnswer answer = client.ask(
      method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
      "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
  const Json json = Json::parse(answer.body, nullptr, false);
  if (answer.status != 200 || !json.is_object())
    throw std::runtime_error("WebDriver " + path + ": " + answer.body.substr(0, 500));
  return json["value"];
}

Browser::Browser() : driver_(driver()) {
  const Json arguments = {"--headless=new", "--no-sandbox", "--disable-gpu",
                          "--disable-dev-shm-usage", "--window-size=1280,860"};
  const Json options = {{"args", arguments}};
  const Json wanted = {{"browserName", "chrome"},
                       {"unhandledPromptBehavior", "accept"},
                       {"goog:chromeOptions", options}};
  const Json made = call("POST", "/session", {{"capabilities", {{"alwaysMatch", wanted}}}});
  session_ = "/session/" + made["sessionId"].get<std::string>();
}

Browser::~Browser() {
  try {
    call("DELETE", session_);
  } catch (const std::exception&) {
    // It is gone already.
  }
}

void Browser::open(const std::string& url) {
  // An address that differs behind its # alone would not be loaded anew.
  call("POST", session_ + "/url", {{"url", "about:blank"}});
  call("POST", session_ + "/url", {{"url", url}});
}

void Browser::reload() { call("POST", session_ + "/refresh"); }

Json Browser::run(const std::string& script, const Json& arguments) {
  return call("POST", session_ + "/execute/sync", {{"script", script}, {"args", arguments}});
}

Json Browser::run_async(const std::string& script) {
  const Json answer = call("POST", session_ + "/execute/async",
                           {{"script",
                             "const done = arguments[0];"
                             "(async () => {" +
                                 script +
                                 "})().then((value) => done({value}),"
                                 " (error) => done({error: String(error)}));"},
                            {"args", Json::array()}});
  if (answer.contains("error")) throw std::runtime_error(answer["error"].get<std::string>());
  return answer.contains("value") ? answer["value"] : Json();
}

std::string Browser::text(const std::string& selector) {
  const Json answer =
      run("return document.querySelector(arguments[0])?.textContent ?? ''", {selector});
  return answer.get<std::string>();
}

bool Browser::shows(const std::string& selector) {
  return run("return document.querySelector(arguments[0])?.checkVisibility() ?? false", {selector})
      .get<bool>();
}

void Browser::press(const std::vector<std::string>& all) {
  Json actions = Json::array();
  for (const std::string& key : all) {
    actions.push_back({{"type", "keyDown"}, {"value", key}});
    actions.push_back({{"type", "keyUp"}, {"value", key}});
  }
  const Json source = {{"type", "key"}, {"id", "keyboard"}, {"actions", actions}};
  call("POST", session_ + "/actions", {{"actions", Json::array({source})}});
}

void Browser::press_with(const std::string& held, const std::string& key) {
  const auto one = [](const char* type, const std::string& value) {
    return Json{{"type", type}, {"value", value}};
  };
  const Json actions = {one("keyDown", held), one("keyDown", key), one("keyUp", key),
                        one("keyUp", held)};
  const Json source = {{"type", "key"}, {"id", "keyboard"}, {"actions", actions}};
  call("POST", session_ + "/actions", {{"actions", Json::array({source})}});
}

void Browser::type(const std::string& text) {
  std::vector<std::string> letters;
  for (const char c : text) letters.emplace_back(1, c);
  press(letters);
}

void Browser::click(const std::string& selector) {
  const Json found =
      call("POST", session_ + "/element", {{"using", "css selector"}, {"value", selector}});
  call("POST", session_ + "/element/" + found.begin().value().get<std::string>() + "/click");
}

void Browser::drag(double from_x, double from_y, double to_x, double to_y) {
  const auto move = [](double x, double y) {
    return Json{{"type", "pointerMove"}, {"duration", 20}, {"x", x}, {"y", y}};
  };
  const Json actions = {move(from_x, from_y), Json{{"type", "pointerDown"}, {"button", 0}},
                        move((from_x + to_x) / 2, (from_y + to_y) / 2), move(to_x, to_y),
                        Json{{"type", "pointerUp"}, {"button", 0}}};
  const Json source = {{"type", "pointer"},
                       {"id", "mouse"},
                       {"parameters", {{"pointerType", "mouse"}}},
                       {"actions", actions}};
  call("POST", session_ + "/actions", {{"actions", Json::array({source})}});
}

void Browser::devtools(const std::string& command, const Json& parameters) {
  call("POST", session_ + "/goog/cdp/execute", {{"cmd", command}, {"params", parameters}});
}

void Browser::screenshot(const std::string& name) {
  const char* const folder = std::getenv("SIGNPOST_SCREENSHOTS");
  if (!folder) return;
  const std::string encoded = call("GET", session_ + "/screenshot").get<std::string>();
  std::ofstream(std::filesystem::path(folder) / (name + ".png"), std::ios::binary)
      << decoded_base64(encoded);
}

std::string Browser::window() { return call("GET", session_ + "/window").get<std::string>(); }

std::string Browser::new_window() {
  const std::string made =
      call("POST", session_ + "/window/new", {{"type", "tab"}})["handle"].get<std::string>();
  use_window(made);
  return made;
}

void Browser::use_window(const std::string& window) {
  call("POST", session_ + "/window", {{"handle", window}});
}

void Browser::close_window() { call("DELETE", session_ + "/window"); }

void Browser::forget() { call("DELETE", session_ + "/cookie"); }

bool Browser::wait(const std::string& script) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < end) {
    const Json answer = run(script);
    if (answer.is_boolean() && answer.get<bool>()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace signpost
