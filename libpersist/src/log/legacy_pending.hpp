// Records and damage that have been read and not been handed on yet: kept back a little, because
// the first bad record lies before the place where reading fails.
#pragma once

#include <vector>

#include "log/emitter.hpp"
#include "log/legacy_damage.hpp"
#include "log/legacy_scan.hpp"

namespace persist::log {

// A range between records that are none, with what was found in it.
struct PendingDamage {
  std::size_t before = 0;  // index of the record behind it
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  GapFindings findings;
};

class LegacyPending {
 public:
  explicit LegacyPending(Emitter& emitter) : emitter_(emitter) {}

  std::vector<PendingRecord> records;

  void add_damage(PendingDamage damage);
  [[nodiscard]] const std::vector<PendingDamage>& damages() const noexcept { return damages_; }
  // The index of the first record behind all damage.
  [[nodiscard]] std::size_t behind_damage() const noexcept {
    return damages_.empty() ? 0 : damages_.back().before;
  }
  // Forgets records from `count` on and damage at their offsets.
  void cut(std::size_t count);

  // The file offset from which on bytes are needed to hand the rest on; `otherwise` when nothing is
  // pending.
  [[nodiscard]] std::uint64_t front(std::uint64_t otherwise) const noexcept;

  // Hands on all commits that end at or before records[count - 1], and the damage among them.
  // `bytes` begin at file offset `offset`. False: the sink wants no more.
  [[nodiscard]] bool emit(std::size_t count, bool with_last_damage, ByteView bytes,
                          std::uint64_t offset);
  // How many records belong to commits that end before the last `held_back` ones.
  [[nodiscard]] std::size_t settled(std::size_t held_back, ByteView bytes,
                                    std::uint64_t offset) const;

 private:
  [[nodiscard]] bool continues(std::size_t index, ByteView bytes, std::uint64_t offset) const;
  [[nodiscard]] bool emit_commit(std::size_t first, std::size_t end, const PendingDamage* front,
                                 const PendingDamage* back, ByteView bytes, std::uint64_t offset);

  Emitter& emitter_;
  std::vector<PendingDamage> damages_;  // by `before`, ascending
  std::vector<RecordView> views_;
};

}  // namespace persist::log
