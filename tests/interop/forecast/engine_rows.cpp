#include "engine_rows.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace persist::test {
namespace {

// 0.18: a chain keeps a version only when its value differs from the one before it, and a reader
// sees the newest that is not after its clock.
class Rows018 final : public EngineRows {
 public:
  explicit Rows018(Version now) : now_(now) {}

 private:
  using Chain = std::vector<Item>;

  void load(const std::string& key, std::vector<Item> items) override {
    Chain& chain = chains_[key];
    chain.clear();
    for (Item& item : items) push(chain, std::move(item));
  }
  void push(const std::string& key, Item item) override {
    const auto [at, is_new] = chains_.try_emplace(key);
    if (is_new) {
      at->second.push_back(std::move(item));
    } else {
      push(at->second, std::move(item));
    }
  }
  static void push(Chain& chain, Item item) {
    const auto behind = std::ranges::upper_bound(chain, item.version, {}, &Item::version);
    if (behind == chain.begin()) {
      if (item.value) chain.insert(behind, std::move(item));
      return;
    }
    Item& before = *(behind - 1);
    if (before.value == item.value) return;
    if (before.version == item.version) {
      before.value = std::move(item.value);
    } else {
      chain.insert(behind, std::move(item));
    }
  }
  std::map<std::string, std::string> rows() const override {
    std::map<std::string, std::string> rows;
    for (const auto& [key, chain] : chains_) {
      const auto behind = std::ranges::upper_bound(chain, now_, {}, &Item::version);
      if (behind != chain.begin() && (behind - 1)->value) rows[key] = *(behind - 1)->value;
    }
    return rows;
  }

  Version now_;
  std::map<std::string, Chain> chains_;
};

// From 0.27 on only a chain's newest version is ever seen. 1.0 forgets a delete that comes before
// everything else of its key.
class RowsOfNewest final : public EngineRows {
 public:
  explicit RowsOfNewest(bool forgets_leading_deletes)
      : forgets_leading_deletes_(forgets_leading_deletes) {}

 private:
  void load(const std::string& key, std::vector<Item> items) override {
    if (items.empty() || !items.back().value) return;
    newest_[key] = std::move(items.back());
  }
  void push(const std::string& key, Item item) override {
    const auto at = newest_.find(key);
    if (at == newest_.end()) {
      if (item.value || !forgets_leading_deletes_) newest_[key] = std::move(item);
    } else if (item.version >= at->second.version) {
      at->second = std::move(item);
    }
  }
  std::map<std::string, std::string> rows() const override {
    std::map<std::string, std::string> rows;
    for (const auto& [key, item] : newest_) {
      if (item.value) rows[key] = *item.value;
    }
    return rows;
  }

  bool forgets_leading_deletes_;
  std::map<std::string, Item> newest_;
};

struct FreeState {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

}  // namespace

std::optional<std::string> EngineRows::text(const engines::Bytes& bytes) {
  if (!bytes.view) is_incomplete_ = true;
  return bytes.view ? std::optional<std::string>(*bytes.view) : std::nullopt;
}

void EngineRows::on_entry(const engines::Entry& entry) {
  const auto key = text(entry.key);
  if (!key || entry.items.size() != entry.count) {
    is_incomplete_ = is_incomplete_ || entry.items.size() != entry.count;
    return;
  }
  if (entry.items.empty()) return;
  std::vector<Item> items;
  for (const engines::Entry::Item& item : entry.items) {
    items.push_back({item.version, item.value ? text(*item.value) : std::nullopt});
  }
  loaded_[*key] = {*key, items.back().version, items.back().value};
  load(*key, std::move(items));
}

void EngineRows::on_record(const engines::Record& record) {
  const auto key = text(record.key);
  const auto value = record.value ? text(*record.value) : std::nullopt;
  if (is_incomplete_) return;
  applied_.push_back({*key, record.version, value});
  push(*key, {record.version, value});
}

EngineRows::Digest EngineRows::digest() const {
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  const auto add = [&](const std::string& bytes) {
    const std::uint64_t length = bytes.size();
    XXH3_128bits_update(state.get(), &length, sizeof length);
    XXH3_128bits_update(state.get(), bytes.data(), bytes.size());
  };
  Digest digest;
  for (const auto& [key, value] : rows()) {
    ++digest.rows;
    add(key);
    add(value);
  }
  const XXH128_hash_t hash = XXH3_128bits_digest(state.get());
  digest.fingerprint = fmt::format("xxh3-128:{:016x}{:016x}", hash.high64, hash.low64);
  return digest;
}

std::unique_ptr<EngineRows> make_engine_rows(ReleaseLine line, Version now) {
  if (line == ReleaseLine::v0_18) return std::make_unique<Rows018>(now);
  return std::make_unique<RowsOfNewest>(line == ReleaseLine::v1_0);
}

}  // namespace persist::test
