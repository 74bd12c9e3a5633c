#include "log/legacy_learning.hpp"

#include <algorithm>
#include <span>

#include "log/legacy_chain.hpp"

namespace persist::log {
namespace {

constexpr std::uint64_t learned_at_once_bytes = 4 << 20;
constexpr std::uint64_t few_records = 64;
constexpr std::uint64_t hardly_any_records = 32;
constexpr std::size_t enough_records = 8;
constexpr std::size_t looked_ahead_bytes = 64 << 10;

// Of the pending records from offset `begin` on.
LegacyModel model_of(const LegacyState& state, std::uint64_t begin, const Stretch& stretch) {
  LegacyModel model;
  Version previous = 0;
  for (const PendingRecord& record : state.pending.records) {
    if (record.offset < begin) continue;
    model.learn(stretch.part(record.offset, record.shape.length).data(), record.shape, previous);
    previous = record.shape.version;
  }
  return model;
}

struct MetKey {
  ByteView key;
  bool follows_record = false;
};

std::vector<MetKey> keys_among(const std::vector<Candidate>& candidates, ByteView bytes,
                               bool begins_sound) {
  std::vector<bool> is_end(bytes.size() + 1);
  is_end.front() = begins_sound;
  for (const Candidate& candidate : candidates) is_end[candidate.end()] = true;
  std::vector<MetKey> met;
  for (const Candidate& candidate : candidates) {
    met.push_back({candidate.key(bytes), is_end[candidate.at]});
  }
  return met;
}

// The end of a key reads as one, too, wherever that key stands, but not behind a record.
std::vector<ByteView> repeated_among(std::vector<MetKey> met) {
  constexpr std::size_t telling_bytes = 4;  // shorter ones are met twice in any bytes
  std::vector<ByteView> repeated;
  std::ranges::sort(met, {}, &MetKey::key);
  for (auto key = met.begin(); key != met.end();) {
    const auto next = std::ranges::upper_bound(key, met.end(), key->key, {}, &MetKey::key);
    const bool is_met =
        std::any_of(key, next, [](const MetKey& one) { return one.follows_record; });
    if (next - key > 1 && is_met && key->key.size() >= telling_bytes) repeated.push_back(key->key);
    key = next;
  }
  return repeated;
}

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
  state.model = model_of(state, begin, stretch);
  state.model.prepare();
}

bool values_hold_records(const LegacyState& state, const Stretch& stretch) {
  return model_of(state, 0, stretch).has_nested_records();
}

void learn_in_region(LegacyState& state, ByteView region, std::size_t broken_at,
                     const std::vector<Candidate>& candidates) {
  if (state.model.records() >= few_records) return;
  const auto learn = [&](std::span<const std::size_t> chain) {
    for (const std::size_t i : chain) {
      state.model.learn(region.data() + candidates[i].at, candidates[i].shape, 0, false);
    }
  };
  const bool knows_little = state.model.records() < hardly_any_records;
  // The first ones may have swallowed the start of the chain, the last one in front what follows.
  const Chain behind = best_chain(candidates, broken_at, enough_records);
  if (behind.size() > 2) learn(std::span(behind).subspan(2));
  if (!state.in_damage && (behind.size() < enough_records || knows_little)) {
    Chain front = chain_from(candidates, 0);
    if (behind.size() >= enough_records) {
      // Of a log's beginning that is damaged itself, nothing lies in front of the damage.
      std::erase_if(front, [&](std::size_t i) { return candidates[i].end() > broken_at; });
    }
    if (front.size() > 1) learn(std::span(front).first(front.size() - 1));
  }
  state.model.prepare();
}

Result<bool> learn_repeated_keys(LegacyState& state, ByteView region, std::uint64_t end,
                                 const std::vector<Candidate>& candidates) {
  std::vector<char> buffer;
  std::size_t got = 0;
  if (end < state.end) {
    buffer.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(state.end - end, looked_ahead_bytes)));
    PERSIST_TRY_ASSIGN(got, state.window.file().read_at(end, std::span(buffer)));
  }
  std::vector<MetKey> met = keys_among(candidates, region, !state.in_damage);
  RecordShape shape;
  for (std::size_t at = 0; at < got; at += static_cast<std::size_t>(shape.length)) {
    if (parse_record(buffer.data() + at, got - at, shape) != Parse::whole) break;
    const auto length = static_cast<std::size_t>(shape.key_length);
    met.push_back({ByteView(buffer.data() + at + shape.key_at, length), true});
  }
  return state.model.learn_met_keys(repeated_among(std::move(met)));
}

}  // namespace persist::log
