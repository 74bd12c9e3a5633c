#include "log/legacy_learning.hpp"

#include <algorithm>
#include <span>

#include "log/legacy_chain.hpp"

namespace persist::log {
namespace {

constexpr std::uint64_t learned_at_once_bytes = 4 << 20;
constexpr std::uint64_t few_records = 64;
constexpr std::size_t enough_records = 8;

}  // namespace

Result<void> learn_in_front(LegacyState& state, std::size_t count) {
  const auto& records = state.pending.records;
  const std::uint64_t end = count < records.size() ? records[count].offset : state.at;
  const std::uint64_t from = std::max(state.learned_to, state.sound_from);
  if (from >= end) return {};
  std::vector<char> buffer(
      static_cast<std::size_t>(std::min<std::uint64_t>(end - from, learned_at_once_bytes)));
  PERSIST_TRY_ASSIGN(const std::size_t got, state.window.file().read_at(from, std::span(buffer)));
  RecordShape shape;
  Version previous = 0;
  for (std::size_t at = 0; at < got;) {
    if (parse_record(buffer.data() + at, got - at, shape) != Parse::whole) break;
    state.model.learn(buffer.data() + at, shape, previous);
    previous = shape.version;
    at += static_cast<std::size_t>(shape.length);
  }
  state.learned_to = end;
  state.model.prepare();
  return {};
}

void learn_anew(LegacyState& state, std::uint64_t begin, const Stretch& stretch) {
  state.model = LegacyModel();
  Version previous = 0;
  for (const PendingRecord& record : state.pending.records) {
    if (record.offset < begin) continue;
    state.model.learn(stretch.part(record.offset, record.shape.length).data(), record.shape,
                      previous);
    previous = record.shape.version;
  }
  state.model.prepare();
}

void learn_in_region(LegacyState& state, ByteView region, std::size_t broken_at,
                     const std::vector<Candidate>& candidates) {
  if (state.model.records() >= few_records) return;
  const auto learn = [&](std::span<const std::size_t> chain) {
    for (const std::size_t i : chain) {
      state.model.learn(region.data() + candidates[i].at, candidates[i].shape, 0, false);
    }
  };
  // The first ones may have swallowed the start of the chain, the last one in front what follows.
  const Chain behind = best_chain(candidates, broken_at, enough_records);
  if (behind.size() > 2) learn(std::span(behind).subspan(2));
  if (behind.size() < enough_records && !state.in_damage) {
    const Chain front = chain_from(candidates, 0);
    if (front.size() > 1) learn(std::span(front).first(front.size() - 1));
  }
  state.model.prepare();
}

}  // namespace persist::log
