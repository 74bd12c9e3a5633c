// Records and damage that have been read and not been handed on yet: kept back a little, because
// the first bad record lies before the place where reading fails.
#pragma once

#include <functional>
#include <vector>

#include "log/emitter.hpp"
#include "log/legacy_damage.hpp"
#include "log/legacy_judge.hpp"
#include "log/legacy_outliers.hpp"
#include "log/legacy_scan.hpp"

namespace persist::log {

// A range between records that are none, with what was found in it.
struct PendingDamage {
  std::size_t before = 0;  // index of the record behind it
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  GapFindings findings;
};

// The bytes of a stretch of the file.
struct Stretch {
  ByteView bytes;
  std::uint64_t offset = 0;

  [[nodiscard]] ByteView part(std::uint64_t from, std::uint64_t length) const {
    return bytes.substr(static_cast<std::size_t>(from - offset), static_cast<std::size_t>(length));
  }
  [[nodiscard]] ByteView key_of(const PendingRecord& record) const {
    return part(record.offset + record.shape.key_at, record.shape.key_length);
  }
};

class LegacyPending {
 public:
  LegacyPending(Emitter& emitter, CommitJudge& judge) : emitter_(emitter), judge_(judge) {}

  std::vector<PendingRecord> records;

  // Asked before a record is set aside for its version alone: whether the log proves that all of
  // them are its own.
  void set_proof(std::function<bool()> is_proven) { is_proven_ = std::move(is_proven); }

  // Damage behind the last record; `bytes` are its own, as far as they are at hand.
  void add_damage(GapFindings findings, std::uint64_t offset, std::uint64_t length, ByteView bytes);
  // The index of the first record behind all damage.
  [[nodiscard]] std::size_t behind_damage() const noexcept {
    return damages_.empty() ? 0 : damages_.back().before;
  }
  // The same of damage in front of record `index`.
  [[nodiscard]] std::size_t behind_damage_before(std::size_t index) const noexcept {
    std::size_t first = 0;
    for (const PendingDamage& damage : damages_) {
      if (damage.before <= index) first = damage.before;
    }
    return first;
  }
  // Forgets records from `count` on and damage behind them.
  void cut(std::size_t count);

  // The file offset from which on bytes are needed to hand the rest on; `otherwise` when nothing is
  // pending.
  [[nodiscard]] std::uint64_t front(std::uint64_t otherwise) const noexcept {
    return records.empty() ? otherwise : records.front().offset;
  }

  // Hands on all commits that end at or before records[count - 1], and the damage in front of them;
  // the damage behind them too when nothing can change it any more. The stretch covers them. False:
  // the sink wants no more.
  [[nodiscard]] bool emit(std::size_t count, bool with_last_damage, const Stretch& stretch);
  // How many records belong to commits that can be handed on: near damage more is kept back.
  [[nodiscard]] std::size_t settled(const Stretch& stretch) const;

 private:
  [[nodiscard]] bool continues(std::size_t index, const Stretch& stretch) const;
  std::size_t set_outliers_aside(std::size_t count, const Stretch& stretch);
  std::size_t set_copies_aside(std::size_t count, const Stretch& stretch);
  std::size_t set_aside(const std::vector<std::size_t>& indexes, bool are_lost, std::size_t count,
                        const Stretch& stretch);
  void find_displacement(const Stretch& stretch);
  [[nodiscard]] bool has_other_part(std::size_t first, std::size_t end,
                                    const Stretch& stretch) const;
  [[nodiscard]] bool may_be_copy(std::size_t first) const;
  [[nodiscard]] Trust trust_of(std::size_t first, std::size_t end, const PendingDamage* front,
                               const PendingDamage* back, const Stretch& stretch) const;
  [[nodiscard]] bool emit_commit(std::size_t first, std::size_t end, Trust trust,
                                 const Stretch& stretch);

  Emitter& emitter_;
  CommitJudge& judge_;
  std::vector<PendingDamage> damages_;  // by `before`, ascending
  std::vector<RecordView> views_;
  OutlierFinder outliers_;
  std::function<bool()> is_proven_;
};

}  // namespace persist::log
