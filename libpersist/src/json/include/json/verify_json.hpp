// What verify() found, as `persist verify --json` prints it (schema persist.verify/1).
#pragma once

#include <persist/verify.hpp>
#include <string>

#include "json/json.hpp"

namespace persist::json {

[[nodiscard]] Json verify_json(const std::string& target, const VerifyReport& report);
// One file of it; `persist info` has them too.
[[nodiscard]] Json file_json(const FileReport& file);

}  // namespace persist::json
