#pragma once

#include <cstdint>
#include <string>

namespace signpost {

enum class Role { device, annotator, admin };

inline constexpr const char* kRoles[] = {"device", "annotator", "admin"};

/// A token without its secret. Times are UTC, ISO 8601; empty: never.
struct Account {
  std::int64_t token = 0;  ///< its number, for lists and for revoking
  Role role = Role::device;
  std::string name;  ///< of the device or the person
  std::string created, revoked;
  std::string last_used;  ///< to the hour
};

/// A new token: the only time that its secret is told.
struct NewToken {
  std::int64_t token = 0;
  std::string secret;  ///< "sp_" and 64 hexadecimal digits: 256 random bits
};

}  // namespace signpost
