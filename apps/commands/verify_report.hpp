// What `persist verify` found, as JSON, as text, as one line, and as metrics.
#pragma once

#include <optional>
#include <persist/verify.hpp>
#include <span>
#include <string>

#include "commands/command.hpp"
#include "json/verify_json.hpp"

namespace persist::app {

struct Verified {
  std::string target;
  VerifyReport report;         // empty when there is an error
  std::optional<Error> error;  // it could not be verified at all
  int status = 0;
  double seconds = 0;
};

[[nodiscard]] Json verify_json(const Verified& verified);
// `maps`: the files drawn, or nothing.
[[nodiscard]] std::string verify_text(const Verified& verified, const std::string& maps,
                                      bool colour);
[[nodiscard]] std::string verify_line(const Verified& verified, bool colour);
// Prometheus' text format.
[[nodiscard]] std::string verify_metrics(std::span<const Verified> all);

// Shared with `info`: the files of a report.
using json::file_json;
// "framed-2", "headed, lz4", "empty".
[[nodiscard]] std::string layout_text(const FileReport& file);
// A table with a row for each file: layout, size, contents, versions.
[[nodiscard]] std::string files_text(std::span<const FileReport> files);
// "1 to 120", or times where versions are times.
[[nodiscard]] std::string version_range_text(Version first, Version last);

}  // namespace persist::app
