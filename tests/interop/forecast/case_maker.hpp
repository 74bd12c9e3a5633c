// Damaged copies of real databases, as different as the ways in which a start can go wrong.
#pragma once

#include <optional>
#include <random>
#include <string>

namespace persist::test {

struct Database {
  std::optional<std::string> log;  // none: there is no such file
  std::optional<std::string> snapshot;
};

struct Case {
  Database files;
  std::string kind;
};

// Damages one of the files, or how they go together. `other` is another sound database.
[[nodiscard]] Case make_case(const Database& sound, const Database& other, std::mt19937_64& random);

}  // namespace persist::test
