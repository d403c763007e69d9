#include "update/updater.h"

#include <array>

#include "base/error.h"
#include "model/signature.h"

namespace signpost {
namespace {

using Status = UpdateResult::Status;

std::string share(const Agreement& agreement) {
  return std::to_string(agreement.agreed) + " of " + std::to_string(agreement.asked);
}

void note(UpdateResult& result, const std::vector<Agreement>& measured) {
  if (measured[0].asked == 0) return;
  result.newer = measured[0];
  result.older = measured[1];
}

/// `message` with the package at its beginning called by what it is, not by where it lies.
std::string renamed(std::string message, const std::string& path, const char* name) {
  if (message.starts_with(path)) message.replace(0, path.size(), name);
  return message;
}

std::string id_of(const Classifier* model) { return model ? model->package().id() : ""; }

}  // namespace

std::unique_ptr<Classifier> Updater::prove(const std::filesystem::path& package) const {
  const std::string& key = options_.public_key;
  return std::make_unique<Classifier>(
      key.empty() ? Package::open(package) : Package::open_signed(package, read_public_key(key)));
}

std::unique_ptr<Classifier> Updater::open(const std::string& sha256, std::string& wrong) const {
  if (sha256.empty()) return nullptr;
  const std::filesystem::path package = models_.package(sha256);
  try {
    return prove(package);
  } catch (const Error& error) {
    if (error.blame() == Blame::usage) throw;
    wrong = renamed(error.what(), package.string(), "the model");
    return nullptr;
  }
}

std::string Updater::in_use() {
  std::string wrong;
  return id_of(open(models_.current(), wrong).get());
}

UpdateResult Updater::roll_back(const std::string& why) {
  std::string wrong;
  const std::unique_ptr<Classifier> before = open(models_.previous(), wrong);
  if (!before || models_.previous() == models_.current()) {
    throw Error(Blame::input, options_.folder.string() + ": there is no earlier model that opens" +
                                  (wrong.empty() ? "" : " (" + wrong + ")"));
  }
  UpdateResult result;
  result.status = Status::rolled_back;
  result.model = before->package().id();
  result.why = why;
  models_.roll_back(why);
  models_.tidy();
  return result;
}

UpdateResult Updater::check() {
  std::string wrong;
  const std::unique_ptr<Classifier> used = open(models_.current(), wrong);
  if (!used) {
    if (models_.current().empty())
      throw Error(Blame::input, options_.folder.string() + ": holds no model yet");
    return roll_back(wrong);
  }
  std::string ignored;
  const std::unique_ptr<Classifier> before = open(models_.previous(), ignored);
  UpdateResult result;
  result.model = id_of(used.get());
  result.previous = id_of(before.get());
  if (!before || options_.confirmed.empty()) return result;
  const std::array<Classifier*, 2> models{used.get(), before.get()};
  const std::vector<Agreement> measured = measure_agreement(options_.confirmed, models);
  note(result, measured);
  const bool enough = measured[0].asked >= options_.min_confirmations;
  if (!enough || measured[0].agreed >= measured[1].agreed) return result;
  UpdateResult back =
      roll_back(result.model + " agrees with " + share(measured[0]) + " confirmed captures, " +
                result.previous + " with " + share(measured[1]));
  note(back, measured);
  return back;
}

UpdateResult Updater::take(const std::string& sha256, Classifier* used, ModelFeedClient& client) {
  UpdateResult result;
  result.model = result.previous = id_of(used);
  const auto refuse = [&](const std::string& why) {
    result.status = Status::refused;
    result.previous.clear();
    result.why = why;
    return result;
  };
  const std::filesystem::path package = models_.incoming();
  if (!options_.public_key.empty()) {
    const std::string signature = client.signature();
    // What is not signed, or whose signature is one of a package that came since, may be right
    // the next time: it is not noted.
    if (signature.empty()) return refuse("the server has no signature of its newest package");
    OutputFile file(signature_path(package), true);
    file.write(signature);
    file.commit();
    try {
      verify_file(package, options_.public_key);  // what is not its is not noted either
    } catch (const Error& error) {
      if (error.blame() == Blame::usage) throw;
      return refuse(renamed(error.what(), package.string(), "the newest package"));
    }
  }
  std::unique_ptr<Classifier> fresh;
  try {
    fresh = prove(package);
  } catch (const Error& error) {
    const std::string why = renamed(error.what(), package.string(), "the newest package");
    models_.refuse(sha256, why);
    return refuse(why);
  }
  if (used && !options_.confirmed.empty()) {
    const std::array<Classifier*, 2> models{fresh.get(), used};
    const std::vector<Agreement> measured = measure_agreement(options_.confirmed, models);
    note(result, measured);
    if (measured[0].agreed < measured[1].agreed) {
      const std::string why = id_of(fresh.get()) + " agrees with " + share(measured[0]) +
                              " confirmed captures, " + id_of(used) + " with " + share(measured[1]);
      models_.refuse(sha256, why);
      return refuse(why);
    }
  }
  models_.install(sha256);
  models_.tidy();
  result.status = Status::updated;
  result.model = id_of(fresh.get());
  return result;
}

UpdateResult Updater::update(const FeedOptions& feed) {
  ModelFeedClient client(feed);
  models_.tidy();
  std::string wrong;
  std::unique_ptr<Classifier> used = open(models_.current(), wrong);
  if (!used && !models_.current().empty()) {
    feed.words(wrong);
    std::string ignored;
    if (open(models_.previous(), ignored)) {
      const UpdateResult back = roll_back(wrong);
      feed.words("going back to " + back.model);
      used = open(models_.current(), wrong);
    }
  }
  std::vector<std::string> known;
  if (used) known.push_back(models_.current());
  const std::vector<RefusedModel> refused = models_.refused();
  for (const RefusedModel& one : refused) known.push_back(one.sha256);
  const Offer offer = client.fetch(known, models_.incoming());
  if (offer.kind == Offer::Kind::fetched) return take(offer.sha256, used.get(), client);
  UpdateResult result;
  result.model = id_of(used.get());
  if (offer.kind == Offer::Kind::none) {
    if (!used) throw Error(Blame::environment, feed.url + ": there is no model there yet");
    return result;
  }
  for (const RefusedModel& one : refused) {
    if (one.sha256 != offer.sha256 || offer.sha256 == models_.current()) continue;
    result.status = Status::refused;
    result.why = one.why;
  }
  return result;
}

}  // namespace signpost
