#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace signpost {

namespace keys {
inline const std::string kBackspace = "\uE003", kEnter = "\uE007", kShift = "\uE008",
                         kEscape = "\uE00C", kLeft = "\uE012", kUp = "\uE013", kRight = "\uE014",
                         kDown = "\uE015";
}

/// Chromium without a window, driven by Debian's chromedriver over WebDriver (W3C, 2018), with a
/// profile of its own. Throws std::runtime_error with the driver's words where it refuses.
class Browser {
 public:
  Browser();
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser();

  /// Empty, or what is missing on this machine.
  static std::string missing();

  void open(const std::string& url);
  void reload();
  /// Runs a script that returns a value; `arguments[0]` … are the further parameters.
  nlohmann::json run(const std::string& script,
                     const nlohmann::json& arguments = nlohmann::json::array());
  /// The same for one that may `await`; it returns what it returns.
  nlohmann::json run_async(const std::string& script);
  std::string text(const std::string& selector);
  /// Whether something that fits the selector is shown.
  bool shows(const std::string& selector);

  /// Presses keys one after the other.
  void press(const std::vector<std::string>& keys);
  void press(const std::string& key) { press(std::vector<std::string>{key}); }
  void press_with(const std::string& held, const std::string& key);
  /// The letters of a text.
  void type(const std::string& text);
  void click(const std::string& selector);
  /// With the mouse, in CSS pixels of the window.
  void drag(double from_x, double from_y, double to_x, double to_y);

  /// Chrome DevTools Protocol.
  void devtools(const std::string& command, const nlohmann::json& parameters);
  /// Writes what is seen as a PNG into the folder that SIGNPOST_SCREENSHOTS names, if it does.
  void screenshot(const std::string& name);

  std::string window();
  std::string new_window();
  void use_window(const std::string& window);
  void close_window();
  /// Forgets who signed in.
  void forget();

  /// Asks until `script` returns true, at most 20 s. False if it never does.
  bool wait(const std::string& script);

 private:
  nlohmann::json call(const std::string& method, const std::string& path,
                      const nlohmann::json& body = nlohmann::json::object());
  struct Driver;
  static std::shared_ptr<Driver> driver();

  std::shared_ptr<Driver> driver_;
  std::string session_;
};

}  // namespace signpost
