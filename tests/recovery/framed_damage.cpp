#include "recovery/framed_damage.hpp"

#include <algorithm>
#include <persist/formats/record.hpp>
#include <persist/log_reader.hpp>
#include <set>

#include "recovery/memory_file.hpp"

namespace persist::recovery {
namespace {

// The records of a commit, encoded: what makes two commits the same.
std::string payload_of(const Commit& commit) {
  std::string payload;
  for (const RecordView& record : commit.records) formats::append_record(payload, record);
  return payload;
}

class Collector final : public LogSink {
 public:
  bool on_commit(const Commit& commit) override {
    offsets.push_back({commit.offset, commit.length});
    payloads.push_back(payload_of(commit));
    if (commit.trust != Trust::partial) applied.insert(payloads.back());
    if (commit.trust == Trust::uncertain) uncertain.insert(payloads.back());
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  std::vector<test::ByteRange> offsets;
  std::vector<std::string> payloads;
  std::set<std::string> applied;
  std::set<std::string> uncertain;
};

}  // namespace

Result<FramedLog> framed_log(std::string name, std::string bytes) {
  MemoryFile file(bytes);
  Collector found;
  PERSIST_TRY(read_log(file, {}, found));
  return FramedLog{std::move(name), std::move(bytes), std::move(found.offsets),
                   std::move(found.payloads)};
}

Result<FramedOutcome> judge_framed(const FramedLog& sound, const test::DamagedLog& damaged) {
  MemoryFile file(damaged.bytes);
  Collector found;
  PERSIST_TRY(read_log(file, {}, found));
  FramedOutcome outcome;
  for (std::size_t i = 0; i < sound.payloads.size(); ++i) {
    if (damaged.is_whole[i] && !found.applied.contains(sound.payloads[i])) ++outcome.lost;
  }
  const std::set<std::string> written(sound.payloads.begin(), sound.payloads.end());
  for (const std::string& payload : found.applied) {
    const bool is_told = found.uncertain.contains(payload);
    if (written.contains(payload)) {
      outcome.uncertain += is_told ? 1 : 0;
      continue;
    }
    ++outcome.invented;
    outcome.untold += is_told ? 0 : 1;
  }
  return outcome;
}

test::DamagedLog damage_framed(const FramedLog& sound, test::DamageKind kind, std::uint64_t seed) {
  std::mt19937_64 random(seed * 1000 + static_cast<std::uint64_t>(kind));
  return test::damage_log(sound.bytes, sound.commits, kind, random);
}

}  // namespace persist::recovery
