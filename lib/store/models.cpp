#include "store/models.h"

#include <fmt/format.h>

#include "base/digest.h"
#include "base/error.h"
#include "store/migrate.h"
#include "store/time.h"

namespace signpost {
namespace {

constexpr const char* kModels =
    "SELECT m.model_id, m.name, m.version, m.sha256, m.bytes, m.registered, m.who,"
    " EXISTS (SELECT 1 FROM model_signatures s WHERE s.model_id = m.model_id),"
    " (SELECT group_concat(alias) FROM (SELECT alias FROM live_models l"
    "   WHERE l.model_id = m.model_id ORDER BY alias DESC))"
    " FROM models m ";

constexpr const char* kPromotions =
    "SELECT p.promotion_id, p.model_id, p.alias, m.name || '-' || m.version, p.created, p.who,"
    " p.why, p.undoes FROM promotions p JOIN models m USING (model_id) ";

RegisteredModel model_of(const Statement& row) {
  RegisteredModel model;
  model.number = row.integer(0);
  model.name = row.text(1);
  model.version = row.text(2);
  model.sha256 = row.text(3);
  model.bytes = static_cast<std::uint64_t>(row.integer(4));
  model.registered = row.text(5);
  model.who = row.text(6);
  model.is_signed = row.integer(7) != 0;
  const std::string aliases = row.text(8);
  for (const char* alias : kAliases) {
    if (aliases.find(alias) != std::string::npos) model.aliases.emplace_back(alias);
  }
  return model;
}

std::vector<Promotion> promotions_of(Statement& rows) {
  std::vector<Promotion> all;
  while (rows.step()) {
    all.push_back({rows.integer(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4),
                   rows.text(5), rows.text(6), rows.integer(7)});
  }
  return all;
}

}  // namespace

ModelRegistry::ModelRegistry(const std::filesystem::path& path, Database::Missing missing)
    : database_(path, missing, static_cast<int>(migrations().size())) {
  migrate(database_, migrations());
}

bool ModelRegistry::add(const ModelFile& file) {
  const std::string sha256 = sha256_hex(file.content), now = utc_text(clock_ms());
  Transaction transaction(database_);
  Statement same(database_, "SELECT model_id, sha256 FROM models WHERE name || '-' || version = ?");
  const bool known = same.bind(file.name + "-" + file.version).step();
  if (known && same.text(1) != sha256) {
    throw Error(Blame::usage,
                fmt::format("{}: {}-{} is registered with other contents (SHA-256 {}…); give this "
                            "package another --release",
                            database_.name(), file.name, file.version, same.text(1).substr(0, 16)));
  }
  std::int64_t number = known ? same.integer(0) : 0;
  same.reset();
  if (!known) {
    Statement(database_,
              "INSERT INTO models (name, version, sha256, bytes, registered, who)"
              " VALUES (?, ?, ?, ?, ?, ?)")
        .bind(file.name, file.version, sha256, static_cast<std::int64_t>(file.content.size()), now,
              file.who)
        .run();
    number = database_.last_id();
    Statement(database_, "INSERT INTO model_files VALUES (?, ?)")
        .bind(number, ByteView(file.content))
        .run();
  }
  if (!file.signature.empty() && signature(number) != file.signature) {
    Statement(database_,
              "INSERT INTO model_signatures (model_id, created, signature) VALUES (?, ?, ?)")
        .bind(number, now, file.signature)
        .run();
  }
  transaction.commit();
  return !known;
}

std::vector<RegisteredModel> ModelRegistry::list() {
  std::vector<RegisteredModel> all;
  Statement rows(database_, std::string(kModels) + "ORDER BY m.model_id");
  while (rows.step()) all.push_back(model_of(rows));
  return all;
}

RegisteredModel ModelRegistry::find(const std::string& id) {
  Statement row(database_, std::string(kModels) + "WHERE m.name || '-' || m.version = ?");
  if (row.bind(id).step()) return model_of(row);
  throw Error(Blame::input, fmt::format("{}: there is no model {}; signpost package list prints "
                                        "those there are",
                                        database_.name(), id));
}

RegisteredModel ModelRegistry::find(std::int64_t number) {
  Statement row(database_, std::string(kModels) + "WHERE m.model_id = ?");
  if (row.bind(number).step()) return model_of(row);
  throw Error(Blame::input, fmt::format("{}: there is no model {}", database_.name(), number));
}

Bytes ModelRegistry::content(std::int64_t number) {
  Statement row(database_,
                "SELECT f.content, m.sha256, m.name || '-' || m.version"
                " FROM model_files f JOIN models m USING (model_id) WHERE m.model_id = ?");
  if (!row.bind(number).step())
    throw Error(Blame::input, fmt::format("{}: there is no model {}", database_.name(), number));
  const ByteView bytes = row.bytes(0);
  if (sha256_hex(bytes) != row.text(1)) {
    throw Error(Blame::input, fmt::format("{}: the bytes of {} are damaged; restore the store from "
                                          "a copy, or register the package in a new one",
                                          database_.name(), row.text(2)));
  }
  return {bytes.begin(), bytes.end()};
}

std::string ModelRegistry::signature(std::int64_t number) {
  Statement row(database_,
                "SELECT signature FROM model_signatures WHERE model_id = ?"
                " ORDER BY signature_id DESC LIMIT 1");
  return row.bind(number).step() ? row.text(0) : std::string();
}

std::optional<LiveModel> ModelRegistry::live(const std::string& alias) {
  Statement row(database_, "SELECT promotion_id, model_id FROM live_models WHERE alias = ?");
  if (!row.bind(alias).step()) return std::nullopt;
  return LiveModel{row.integer(0), row.integer(1)};
}

std::vector<Promotion> ModelRegistry::history(const std::string& alias) {
  Statement rows(database_, std::string(kPromotions) +
                                "WHERE ?1 = '' OR p.alias = ?1 ORDER BY p.promotion_id");
  rows.bind(alias);
  return promotions_of(rows);
}

/// Neither rollbacks nor what they undid; the last one first.
std::vector<Promotion> ModelRegistry::standing(const std::string& alias) {
  Statement rows(database_, std::string(kPromotions) +
                                "WHERE p.alias = ? AND p.undoes IS NULL AND NOT EXISTS"
                                " (SELECT 1 FROM promotions r WHERE r.undoes = p.promotion_id)"
                                " ORDER BY p.promotion_id DESC LIMIT 2");
  rows.bind(alias);
  return promotions_of(rows);
}

Promotion ModelRegistry::add_promotion(const std::string& alias, std::int64_t model,
                                       const std::string& who, const std::string& why,
                                       std::int64_t undoes) {
  Statement(database_,
            "INSERT INTO promotions (alias, model_id, created, who, why, undoes)"
            " VALUES (?, ?, ?, ?, ?, ?)")
      .bind(alias, model, utc_text(clock_ms()), who, null_if_empty(why),
            undoes ? std::optional(undoes) : std::nullopt)
      .run();
  Statement row(database_, std::string(kPromotions) + "WHERE p.promotion_id = ?");
  row.bind(database_.last_id());
  return promotions_of(row).front();
}

std::optional<Promotion> ModelRegistry::promote(const std::string& alias, std::int64_t model,
                                                const std::string& who, const std::string& why) {
  Transaction transaction(database_);
  const std::optional<LiveModel> now = live(alias);
  if (now && now->model == model) return std::nullopt;
  const Promotion promotion = add_promotion(alias, model, who, why, 0);
  transaction.commit();
  return promotion;
}

Promotion ModelRegistry::before(const std::string& alias) {
  const std::vector<Promotion> last = standing(alias);
  if (last.empty()) {
    throw Error(Blame::input,
                fmt::format("{}: nothing was promoted to {} yet", database_.name(), alias));
  }
  if (last.size() < 2) {
    throw Error(Blame::input, fmt::format("{}: {} is the first {}; there is none to go back to",
                                          database_.name(), last[0].id, alias));
  }
  return last[1];
}

Promotion ModelRegistry::rollback(const std::string& alias, const Promotion& expected,
                                  const std::string& who, const std::string& why) {
  Transaction transaction(database_);
  const std::vector<Promotion> last = standing(alias);
  if (last.size() < 2 || last[1].number != expected.number) {
    throw Error(Blame::input, fmt::format("{}: somebody else changed {} meanwhile; nothing was "
                                          "rolled back, look at signpost package history",
                                          database_.name(), alias));
  }
  const Promotion promotion = add_promotion(alias, last[1].model, who, why, last[0].number);
  transaction.commit();
  return promotion;
}

std::string ModelRegistry::trusted_key() {
  Statement row(database_, "SELECT value FROM settings WHERE name = 'trusted_key'");
  return row.step() ? row.text(0) : std::string();
}

void ModelRegistry::trust(const std::string& key) {
  Transaction transaction(database_);
  Statement(database_,
            "INSERT INTO settings VALUES ('trusted_key', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .bind(key)
      .run();
  transaction.commit();
}

}  // namespace signpost
