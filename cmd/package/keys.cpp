#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "model/signature.h"
#include "subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "SIGNPOST_KEY_PASSPHRASE";

/// The terminal, without echo while the object lives.
class Terminal {
 public:
  Terminal() : descriptor_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0 || ::tcgetattr(descriptor_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (changed_) ::tcsetattr(descriptor_, TCSAFLUSH, &before_);
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool usable() const { return changed_; }

  std::string line(const std::string& prompt) {
    write_all(descriptor_, as_bytes(prompt), "the terminal");
    std::string text;
    for (char letter = 0; ::read(descriptor_, &letter, 1) == 1 && letter != '\n';) text += letter;
    write_all(descriptor_, as_bytes("\n"), "the terminal");
    return text;
  }

 private:
  int descriptor_;
  bool changed_ = false;
  termios before_{};
};

struct KeygenOptions {
  std::string output;
  bool unencrypted = false, force = false;
};

Exit keygen(const KeygenOptions& options) {
  const std::string secret = options.output + ".key", open = options.output + ".pub";
  refuse_existing(secret, options.force);
  refuse_existing(open, options.force);
  const std::string passphrase = options.unencrypted ? std::string() : ask_passphrase(secret, true);
  const SigningKey key = SigningKey::generate();
  const PublicKey public_key = key.public_key();
  key.write(secret, passphrase, options.force);
  OutputFile file(open, options.force);
  file.write("untrusted comment: minisign public key " + key_number(public_key.id) + "\n" +
             public_key_text(public_key) + "\n");
  file.commit();
  write_all(STDOUT_FILENO, as_bytes(public_key_text(public_key) + "\n"), "standard output");
  say("keep " + secret + " to yourself; devices and colleagues get " + open);
  return Exit::done;
}

struct SignOptions {
  std::string package, key;
  bool force = false;
};

Exit sign(const SignOptions& options) {
  refuse_existing(signature_path(options.package), options.force);
  Package::open(options.package);  // nothing else is signed
  sign_file(options.package, read_signing_key(options.key), options.force);
  say("wrote " + signature_path(options.package).string());
  return Exit::done;
}

}  // namespace

std::string ask_passphrase(const std::string& key, bool fresh) {
  const char* given = std::getenv(kVariable);
  if (given && *given) return given;
  Terminal terminal;
  if (!terminal.usable()) {
    throw Error(Blame::usage, key +
                                  ": its passphrase is needed, and there is no terminal to ask "
                                  "at: set " +
                                  kVariable + (fresh ? ", or pass --unencrypted" : ""));
  }
  std::string text = terminal.line("Passphrase for " + key + ": ");
  if (!fresh) return text;
  if (text.empty())
    throw Error(Blame::usage, "an empty passphrase protects nothing; --unencrypted means that");
  if (terminal.line("And once more: ") != text)
    throw Error(Blame::usage, "the two passphrases differ; nothing was written");
  return text;
}

SigningKey read_signing_key(const std::string& path) {
  return SigningKey::read(path, [&] { return ask_passphrase(path, false); });
}

PackageCommand package_keygen() {
  return {
      "keygen", "Make a pair of keys: PREFIX.key signs, PREFIX.pub verifies", [](CLI::App& app) {
        auto options = std::make_shared<KeygenOptions>();
        app.add_option("PREFIX", options->output, "Where, and what they are called")->required();
        app.add_flag("--unencrypted", options->unencrypted,
                     "Without a passphrase: whoever reads the file can sign");
        app.add_flag("--force", options->force, "Replace existing keys");
        return [options] { return keygen(*options); };
      }};
}

PackageCommand package_sign() {
  return {"sign", "Sign a package that is there already", [](CLI::App& app) {
            auto options = std::make_shared<SignOptions>();
            app.add_option("PACKAGE", options->package, "The package")->required();
            app.add_option("--key", options->key, "The secret key of minisign")
                ->required()
                ->type_name("FILE");
            app.add_flag("--force", options->force, "Replace an existing signature");
            return [options] { return sign(*options); };
          }};
}

}  // namespace signpost
