#include "engine/ordered_store.hpp"

#include <random>
#include <set>
#include <vector>

#include "support/catch.hpp"

using namespace persist;
using engine::OrderedStore;

namespace {

std::string random_key(std::mt19937& random) {
  return std::string(random() % 40, 'k') + std::to_string(random() % 3'000);
}

std::set<std::string> fill(OrderedStore& store, std::mt19937& random, int keys) {
  std::set<std::string> inserted;
  for (int i = 0; i < keys; ++i) {
    const std::string key = random_key(random);
    if (inserted.insert(key).second) store.insert(store.make_node(key));
  }
  return inserted;
}

std::vector<std::string> keys_of(const OrderedStore& store) {
  std::vector<std::string> keys;
  for (auto* node = store.first_from({}); node != nullptr; node = OrderedStore::after(node)) {
    keys.emplace_back(node->key());
  }
  return keys;
}

}  // namespace

TEST_CASE("keys are found as before when many of them were looked ahead for") {
  std::mt19937 random(GENERATE(1U, 2U, 3U));
  OrderedStore store;
  const auto inserted = fill(store, random, GENERATE(0, 1, 5'000));
  for (const std::size_t count : {0, 1, 2, 64, 65, 200}) {
    std::vector<std::string> wanted{"", "\xFF"};
    while (wanted.size() < count) wanted.push_back(random_key(random));
    wanted.resize(count);
    store.look_ahead(std::vector<ByteView>(wanted.begin(), wanted.end()));
    for (const std::string& key : wanted) {
      const auto* const node = store.seek(key);
      CHECK((node != nullptr) == inserted.contains(key));
      if (node != nullptr) CHECK(node->key() == key);
    }
  }
  CHECK(keys_of(store) == std::vector<std::string>(inserted.begin(), inserted.end()));
}
