#include "recovery/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <persist/log_reader.hpp>
#include <set>
#include <tuple>

#include "recovery/inventions.hpp"
#include "recovery/memory_file.hpp"
#include "recovery/truth.hpp"

namespace persist::recovery {
namespace {

Value value_in(const Rows& rows, const std::string& key) {
  const auto found = rows.find(key);
  return found == rows.end() ? std::nullopt : found->second.value;
}

std::uint64_t version_in(const Rows& rows, const std::string& key) {
  const auto found = rows.find(key);
  return found == rows.end() ? 0 : found->second.version;
}

using Handed = std::tuple<std::string, std::uint64_t, Value>;

class Collector : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial) return true;
    for (const RecordView& record : commit.records) {
      const Value value = record.value ? Value(std::string(*record.value)) : std::nullopt;
      records.emplace_back(std::string(record.key), record.version, value, commit.offset);
      if (commit.trust == Trust::uncertain) {
        uncertain.emplace(std::string(record.key), record.version, value);
      }
    }
    return true;
  }
  bool on_damage(const Damage&) override {
    ++damages;
    return true;
  }

  std::vector<std::tuple<std::string, std::uint64_t, Value, std::uint64_t>> records;
  std::set<Handed> uncertain;
  std::size_t damages = 0;
};

std::string shown(const std::string& bytes) {
  std::string out;
  for (const char byte : bytes.substr(0, 40)) {
    if (byte >= ' ' && byte <= '~') {
      out.push_back(byte);
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
  }
  return out;
}

Invention invention_of(const SoundLog& log, const DamagedLog& damaged, const Collector& read,
                       const std::string& key, const Written& row) {
  SoundRecord record;
  record.key = key;
  record.version = row.version;
  record.value = row.value;
  if (reads_without_break(log, damaged, record)) return Invention::unbroken;
  return read.uncertain.contains({key, row.version, row.value}) ? Invention::uncertain
                                                                : Invention::untold;
}

std::set<Handed> written_in(const SoundLog& log, const Truth& truth) {
  std::set<Handed> written;
  for (const auto* records : {&log.records, &truth.altered}) {
    for (const SoundRecord& record : *records) {
      written.emplace(record.key, record.version, record.value);
    }
  }
  return written;
}

// One by one: what was handed on and never written.
void note_invented_records(const Collector& read, const std::set<Handed>& written,
                           Verdict& verdict) {
  for (const auto& [key, version, value, offset] : read.records) {
    if (written.contains({key, version, value})) continue;
    verdict.strict_invented = true;
    verdict.why += fmt::format("invented at {}: {} @{}; ", offset, shown(key), version);
  }
}

// One by one: the records of whole commits that were not handed on.
void note_lost_records(const SoundLog& log, const Truth& truth, const Collector& read,
                       Verdict& verdict) {
  std::set<Handed> applied;
  for (const auto& [key, version, value, offset] : read.records) {
    applied.emplace(key, version, value);
  }
  for (std::size_t i = 0; i < log.commits.size(); ++i) {
    if (!truth.whole_commits[i]) continue;
    for (std::size_t r = log.commits[i].first; r < log.commits[i].end; ++r) {
      const SoundRecord& record = log.records[r];
      if (applied.contains({record.key, record.version, record.value})) continue;
      verdict.strict_lost = true;
      verdict.why += fmt::format("lost commit {} record {} ({} @{}, sound offset {}); ", i, r,
                                 shown(record.key), record.version, record.offset);
    }
  }
}

// Row by row: what the database holds against what it may hold.
class RowJudge {
 public:
  RowJudge(const SoundLog& log, const DamagedLog& damaged, const Truth& truth,
           const Collector& read, const std::set<Handed>& written)
      : log_(log), damaged_(damaged), truth_(truth), read_(read), written_(written) {
    for (const auto& [key, version, value, offset] : read.records) {
      apply(rows_, key, version, value);
    }
  }

  void judge(Verdict& verdict) const {
    std::set<std::string> keys;
    for (const auto* rows : {&rows_, &truth_.expected}) {
      for (const auto& [key, row] : *rows) keys.insert(key);
    }
    for (const std::string& key : keys) {
      if (!is_as_allowed(key)) note(key, verdict);
    }
  }

 private:
  [[nodiscard]] bool is_as_allowed(const std::string& key) const {
    const Value got = value_in(rows_, key);
    return got == value_in(truth_.expected, key) || got == value_in(truth_.also, key) ||
           got == value_in(truth_.with_moved, key);
  }

  void note(const std::string& key, Verdict& verdict) const {
    const auto row = rows_.find(key);
    const bool was_written =
        row == rows_.end() || written_.contains({key, row->second.version, row->second.value});
    if (!was_written) {
      verdict.outcome = Outcome::invented;
      verdict.invention =
          std::max(verdict.invention, invention_of(log_, damaged_, read_, key, row->second));
    } else if (verdict.outcome == Outcome::good) {
      verdict.outcome = Outcome::lost;
    }
    verdict.why +=
        fmt::format("row {} is of {}, not {} or {}; ", shown(key), version_in(rows_, key),
                    version_in(truth_.expected, key), version_in(truth_.also, key));
  }

  const SoundLog& log_;
  const DamagedLog& damaged_;
  const Truth& truth_;
  const Collector& read_;
  const std::set<Handed>& written_;
  Rows rows_;
};

}  // namespace

Verdict judge(const SoundLog& log, const DamagedLog& damaged) {
  const Truth truth = truth_of(log, damaged);
  MemoryFile file(damaged.bytes);
  Collector collector;
  Verdict verdict;
  if (const auto read = read_log(file, {}, collector); !read) {
    return {Outcome::lost, Invention::none, true, false, "error: " + read.error().to_string()};
  }
  if (damaged.bytes == log.bytes && collector.damages > 0) {
    verdict.outcome = Outcome::lost;
    verdict.why = "damage in a sound log; ";
  }
  const std::set<Handed> written = written_in(log, truth);
  note_invented_records(collector, written, verdict);
  note_lost_records(log, truth, collector, verdict);
  RowJudge(log, damaged, truth, collector, written).judge(verdict);
  return verdict;
}

}  // namespace persist::recovery
