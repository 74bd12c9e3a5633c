#include "simulation/model.hpp"

#include <xxhash.h>

namespace persist::simulation {

std::uint64_t hash_of(const Rows& rows) {
  std::uint64_t hash = rows.size();
  for (const auto& [key, value] : rows) {
    hash = XXH3_64bits_withSeed(key.data(), key.size(), hash);
    hash = XXH3_64bits_withSeed(value.data(), value.size(), hash);
  }
  return hash;
}

namespace {

void apply(Rows& rows, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    if (change.value) {
      rows[change.key] = *change.value;
    } else {
      rows.erase(change.key);
    }
  }
}

}  // namespace

Model::Model() : states_(1) {
  states_.front().hash = hash_of({});
}

void Model::begin(const std::vector<Change>& changes) {
  State state{changes, rows(), 0, 0};
  apply(state.rows, changes);
  state.hash = hash_of(state.rows);
  states_.push_back(std::move(state));
}

void Model::acknowledge(std::size_t state, Version version) {
  states_[state].version = version;
  acknowledged_ = state;
}

void Model::forget_the_rest() {
  states_.push_back(states_[promised_]);
  acknowledge(states_.back().version);
  promise();
}

std::optional<std::size_t> Model::find(std::uint64_t rows_hash, std::size_t first,
                                       std::size_t last) const {
  for (std::size_t state = last + 1; state > first; --state) {
    if (states_[state - 1].hash == rows_hash) return state - 1;
  }
  return std::nullopt;
}

bool Model::has_some_commits(const Rows& found, std::size_t first, std::size_t last) const {
  const std::size_t count = last - first;
  for (std::uint64_t subset = 0; subset < std::uint64_t{1} << count; ++subset) {
    Rows rows = states_[first].rows;
    for (std::size_t i = 0; i < count; ++i) {
      if (((subset >> i) & 1U) != 0) apply(rows, states_[first + 1 + i].changes);
    }
    if (rows == found) return true;
  }
  return false;
}

}  // namespace persist::simulation
