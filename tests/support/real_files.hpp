// The files in testdata/ that real engines wrote, and the truth that lies beside them.
#pragma once

#include <map>
#include <optional>
#include <persist/log_reader.hpp>
#include <string>
#include <vector>

namespace persist::test {

// A path in testdata/, e.g. testdata("engine-1.1/log/aol.bin").
[[nodiscard]] std::string testdata(const std::string& name);
[[nodiscard]] std::vector<std::string> directories_in(const std::string& name);
[[nodiscard]] std::string read_whole_file(const std::string& path);

// Live rows, as bytes.
using Rows = std::map<std::string, std::string>;
[[nodiscard]] Rows read_rows(const std::string& ndjson_path);

struct CommitLine {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  Version version = 0;
  std::uint64_t records = 0;
  friend bool operator==(const CommitLine&, const CommitLine&) = default;
};
[[nodiscard]] std::vector<CommitLine> read_commit_lines(const std::string& ndjson_path);

// What a log says, gathered from the reader's stream: newest version of each key wins.
class GatheringSink final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override;
  bool on_damage(const Damage& found) override;

  [[nodiscard]] Rows rows() const;

  std::vector<CommitLine> commits;  // all but partial ones
  std::vector<CommitLine> partial;
  std::vector<Damage> damage;
  std::uint64_t rebuilt = 0;

 private:
  std::map<std::string, std::pair<Version, std::optional<std::string>>> state_;
};

}  // namespace persist::test
