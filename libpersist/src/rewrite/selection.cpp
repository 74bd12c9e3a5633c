#include "rewrite/selection.hpp"

#include <algorithm>

namespace persist::rewrite {

bool Selection::admits(const Commit& commit) {
  if (options_.until && commit.version > options_.until->version) return false;
  if (options_.until_offset && commit.offset + commit.length > *options_.until_offset) return false;
  if (std::ranges::find(options_.skip, commit.version) == options_.skip.end()) return true;
  not_met_.erase(commit.version);
  return false;
}

Result<> Selection::check(Version boundary, const std::string& path) const {
  for (const Version version : options_.skip) {
    if (version <= boundary) {
      return fail(ErrorCode::invalid_argument, path,
                  "the transaction of version " + std::to_string(version) +
                      " is in the snapshot, which goes up to version " + std::to_string(boundary) +
                      ": it cannot be left out",
                  "leave out transactions above that version");
    }
  }
  if (not_met_.empty()) return {};
  return fail(
      ErrorCode::invalid_argument, path,
      "there is no transaction of version " + std::to_string(*not_met_.begin()) + " to leave out",
      "'persist log' lists the transactions");
}

}  // namespace persist::rewrite
