#include "engine/ordered_store.hpp"

#include <algorithm>
#include <bit>

namespace persist::engine {

OwnedNode KeyNode::create(ByteView key, int height) noexcept {
  if (key.size() > max_key_length_bytes) return nullptr;
  const std::size_t links_bytes = static_cast<std::size_t>(height) * sizeof(Link);
  void* const memory = ::operator new(sizeof(KeyNode) + links_bytes + key.size(), std::nothrow);
  if (memory == nullptr) return nullptr;
  OwnedNode node(new (memory) KeyNode(static_cast<std::uint32_t>(key.size()), height));
  for (int level = 0; level < height; ++level) new (&node->links()[level]) Link(nullptr);
  if (!key.empty()) {
    std::memcpy(reinterpret_cast<char*>(node->links() + height), key.data(), key.size());
  }
  return node;
}

void DestroyNode::operator()(KeyNode* node) const noexcept {
  ValueVersion* version = node->newest.load(std::memory_order_relaxed);
  while (version != nullptr) {
    const OwnedVersion owned(version);
    version = version->older.load(std::memory_order_relaxed);
  }
  node->~KeyNode();
  ::operator delete(node);
}

OrderedStore::OrderedStore() : head_(KeyNode::create({}, max_height)) {
  if (!head_) throw std::bad_alloc();
  head_->previous.store(head_.get(), std::memory_order_relaxed);
  place_.fill(head_.get());
}

OrderedStore::~OrderedStore() {
  KeyNode* node = head_->next(0).load(std::memory_order_relaxed);
  while (node != nullptr) {
    const OwnedNode owned(node);
    node = node->next(0).load(std::memory_order_relaxed);
  }
}

const KeyNode* OrderedStore::last_not_after(ByteView key, bool include_equal) const noexcept {
  const KeyNode* at = head_.get();
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    for (;;) {
      const KeyNode* const next = at->next(level).load(std::memory_order_acquire);
      if (next == nullptr) break;
      const int order = next->key().compare(key);
      if (order > 0 || (order == 0 && !include_equal)) break;
      at = next;
    }
  }
  return at;
}

const KeyNode* OrderedStore::find(ByteView key) const noexcept {
  const KeyNode* const node = last_not_after(key, true);
  return node != head_.get() && node->key() == key ? node : nullptr;
}

const KeyNode* OrderedStore::first_from(ByteView key) const noexcept {
  // Starting behind the last key below it never skips a key that a reader may see.
  return after(last_not_after(key, false));
}

const KeyNode* OrderedStore::last_before(ByteView key) const noexcept {
  const KeyNode* const node = last_not_after(key, false);
  return node == head_.get() ? nullptr : node;
}

const KeyNode* OrderedStore::last() const noexcept {
  return before(head_.get());
}

const KeyNode* OrderedStore::before(const KeyNode* node) const noexcept {
  const KeyNode* const previous = node->previous.load(std::memory_order_acquire);
  return previous == head_.get() ? nullptr : previous;
}

// Whether the place fits another key as well: it lies between the place and the next node on the
// lowest level, hence on all levels.
bool OrderedStore::place_holds(ByteView key) const noexcept {
  const KeyNode* const before_key = place_[0];
  if (before_key != head_.get() && before_key->key() >= key) return false;
  const KeyNode* const next = before_key->next(0).load(std::memory_order_relaxed);
  return next == nullptr || next->key() >= key;
}

void OrderedStore::move_place(ByteView key) noexcept {
  if (place_holds(key)) return;
  KeyNode* at = head_.get();
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0; --level) {
    for (;;) {
      KeyNode* const next = at->next(level).load(std::memory_order_relaxed);
      if (next == nullptr || next->key() >= key) break;
      at = next;
    }
    place_[static_cast<std::size_t>(level)] = at;
  }
}

namespace {

// On its way to the last node before `key`. `next` is asked for one step before it is looked at.
struct Walker {
  ByteView key;
  const KeyNode* at;
  const KeyNode* next;
  int level;
};

void prefetch(const KeyNode* node) noexcept {
  if (node == nullptr) return;
  __builtin_prefetch(node);
  __builtin_prefetch(reinterpret_cast<const char*>(node) + 64);
}

}  // namespace

// Every step of a search is a cache miss or two. Searches that go on by turns wait together; what
// they touch is then in the cache for those that are made one by one.
void OrderedStore::look_ahead(std::span<const ByteView> keys) const noexcept {
  if (keys.size() < 2) return;
  std::array<Walker, 64> walkers;
  const int top = height_.load(std::memory_order_relaxed) - 1;
  while (!keys.empty()) {
    std::size_t count = std::min(keys.size(), walkers.size());
    for (std::size_t i = 0; i < count; ++i) {
      walkers[i] = {keys[i], head_.get(), head_->next(top).load(std::memory_order_relaxed), top};
    }
    keys = keys.subspan(count);
    while (count > 0) {
      for (std::size_t i = 0; i < count;) {
        Walker& walker = walkers[i];
        if (walker.next != nullptr && walker.next->key() < walker.key) {
          walker.at = walker.next;
        } else if (--walker.level < 0) {
          walker = walkers[--count];
          continue;
        }
        walker.next = walker.at->next(walker.level).load(std::memory_order_relaxed);
        prefetch(walker.next);
        ++i;
      }
    }
  }
}

KeyNode* OrderedStore::seek(ByteView key) noexcept {
  move_place(key);
  KeyNode* const next = place_[0]->next(0).load(std::memory_order_relaxed);
  return next != nullptr && next->key() == key ? next : nullptr;
}

OwnedNode OrderedStore::make_node(ByteView key) noexcept {
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  // Two zero bits, a chance of one in four, for each level more.
  const int height = 1 + std::countr_zero(random_ | (1ULL << 62U)) / 2;
  return KeyNode::create(key, std::min(height, max_height));
}

KeyNode& OrderedStore::insert(OwnedNode owned) noexcept {
  KeyNode& node = *owned.release();
  move_place(node.key());
  if (node.height() > height_.load(std::memory_order_relaxed)) {
    // place_ holds the head on the levels above.
    height_.store(node.height(), std::memory_order_relaxed);
  }
  for (int level = 0; level < node.height(); ++level) {
    KeyNode* const previous = place_[static_cast<std::size_t>(level)];
    KeyNode* const next = previous->next(level).load(std::memory_order_relaxed);
    node.next(level).store(next, std::memory_order_relaxed);
    if (level == 0) {
      node.previous.store(previous, std::memory_order_relaxed);
      previous->next(0).store(&node, std::memory_order_release);
      (next == nullptr ? head_.get() : next)->previous.store(&node, std::memory_order_release);
    } else {
      previous->next(level).store(&node, std::memory_order_release);
    }
    // The next key in order finds its place here.
    place_[static_cast<std::size_t>(level)] = &node;
  }
  return node;
}

OwnedNode OrderedStore::remove(KeyNode& node) noexcept {
  move_place(node.key());
  for (int level = node.height() - 1; level >= 0; --level) {
    KeyNode* const next = node.next(level).load(std::memory_order_relaxed);
    place_[static_cast<std::size_t>(level)]->next(level).store(next, std::memory_order_release);
  }
  KeyNode* const next = node.next(0).load(std::memory_order_relaxed);
  (next == nullptr ? head_.get() : next)->previous.store(place_[0], std::memory_order_release);
  return OwnedNode(&node);
}

}  // namespace persist::engine
