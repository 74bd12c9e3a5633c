#include "support/real_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace persist::test {
namespace {

std::string decode_base64(const std::string& text) {
  static const std::string alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6U | static_cast<unsigned>(alphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xFFU));
    }
  }
  return bytes;
}

template <class Visit>
void for_each_line(const std::string& path, const Visit& visit) {
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) visit(nlohmann::json::parse(line));
  }
}

}  // namespace

std::string testdata(const std::string& name) {
  return std::string(PERSIST_TESTDATA_DIR) + "/" + name;
}

std::vector<std::string> directories_in(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(testdata(name))) {
    if (entry.is_directory()) names.push_back(name + "/" + entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string read_whole_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return std::move(bytes).str();
}

Rows read_rows(const std::string& ndjson_path) {
  Rows rows;
  for_each_line(ndjson_path, [&](const nlohmann::json& row) {
    rows[decode_base64(row["key_b64"])] = decode_base64(row["value_b64"]);
  });
  return rows;
}

std::vector<CommitLine> read_commit_lines(const std::string& ndjson_path) {
  std::vector<CommitLine> lines;
  for_each_line(ndjson_path, [&](const nlohmann::json& row) {
    lines.push_back({row["offset"], row["length"], std::stoull(row["version"].get<std::string>()),
                     row["records"]});
  });
  return lines;
}

bool GatheringSink::on_commit(const Commit& commit) {
  const CommitLine line{commit.offset, commit.length, commit.version, commit.records.size()};
  if (commit.trust == Trust::partial) {
    partial.push_back(line);
    return true;
  }
  commits.push_back(line);
  rebuilt += commit.header_rebuilt ? 1 : 0;
  for (const RecordView& record : commit.records) {
    auto& [version, value] = state_[std::string(record.key)];
    if (record.version < version) continue;
    version = record.version;
    value = record.value ? std::optional(std::string(*record.value)) : std::nullopt;
  }
  return true;
}

bool GatheringSink::on_damage(const Damage& found) {
  damage.push_back(found);
  return true;
}

Rows GatheringSink::rows() const {
  Rows rows;
  for (const auto& [key, item] : state_) {
    if (item.second) rows[key] = *item.second;
  }
  return rows;
}

}  // namespace persist::test
