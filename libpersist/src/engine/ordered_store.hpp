// Every key in memory, in order: a skip list that one publisher changes while any number of readers
// walk it in both directions without locks.
//
// Why readers need no locks. A key is linked from the lowest level upwards, after its first version
// is set; every link is stored with release and loaded with acquire. A removed key keeps its own
// links, so that a reader that stands on it walks on. Such a reader may miss keys that were linked
// later: these hold only versions above the one it reads. A reader steps from a removed key only to
// keys that were there when it began; both are freed only after it ended (ReaderRegistry).
#pragma once

#include <array>
#include <atomic>
#include <limits>
#include <memory>
#include <span>

#include "engine/value_version.hpp"

namespace persist::engine {

class KeyNode;
struct DestroyNode {
  void operator()(KeyNode* node) const noexcept;  // with all its versions
};
using OwnedNode = std::unique_ptr<KeyNode, DestroyNode>;

// A key, its links and its versions; links and key bytes follow the object in its allocation.
class KeyNode {
 public:
  using Link = std::atomic<KeyNode*>;

  // More than any frame holds.
  static constexpr std::uint64_t max_key_length_bytes = std::numeric_limits<std::uint32_t>::max();

  // Null when there is no memory, or the key is too long.
  [[nodiscard]] static OwnedNode create(ByteView key, int height) noexcept;

  [[nodiscard]] ByteView key() const noexcept {
    return {reinterpret_cast<const char*>(links() + height_), key_length_bytes_};
  }
  [[nodiscard]] int height() const noexcept { return height_; }
  [[nodiscard]] Link& next(int level) noexcept { return links()[level]; }
  [[nodiscard]] const Link& next(int level) const noexcept { return links()[level]; }

  // The value at a version; null when the key had none yet. A delete is returned as such.
  [[nodiscard]] const ValueVersion* at(Version version) const noexcept {
    return visible_at(newest.load(std::memory_order_acquire), version);
  }

  std::atomic<ValueVersion*> newest{nullptr};
  Link previous{nullptr};  // on the lowest level; the list's head stands before the first key

 private:
  KeyNode(std::uint32_t key_length_bytes, int height) noexcept
      : key_length_bytes_(key_length_bytes), height_(static_cast<std::uint8_t>(height)) {}
  [[nodiscard]] Link* links() noexcept { return reinterpret_cast<Link*>(this + 1); }
  [[nodiscard]] const Link* links() const noexcept {
    return reinterpret_cast<const Link*>(this + 1);
  }

  std::uint32_t key_length_bytes_;
  std::uint8_t height_;
};
static_assert(sizeof(KeyNode) == 24, "every key in memory pays this, and its links");
static_assert(alignof(KeyNode) >= alignof(KeyNode::Link));

class OrderedStore {
 public:
  OrderedStore();
  ~OrderedStore();
  OrderedStore(const OrderedStore&) = delete;
  OrderedStore& operator=(const OrderedStore&) = delete;

  // For readers. Null: there is none.
  [[nodiscard]] const KeyNode* find(ByteView key) const noexcept;
  [[nodiscard]] const KeyNode* first_from(ByteView key) const noexcept;   // >= key
  [[nodiscard]] const KeyNode* last_before(ByteView key) const noexcept;  // < key
  [[nodiscard]] const KeyNode* last() const noexcept;
  [[nodiscard]] static const KeyNode* after(const KeyNode* node) noexcept {
    return node->next(0).load(std::memory_order_acquire);
  }
  [[nodiscard]] const KeyNode* before(const KeyNode* node) const noexcept;

  // For the publisher. Keys are found fast when they come in ascending order, and when they were
  // looked ahead for.
  void look_ahead(std::span<const ByteView> keys) const noexcept;
  [[nodiscard]] KeyNode* seek(ByteView key) noexcept;
  // A node to insert later; null when there is no memory.
  [[nodiscard]] OwnedNode make_node(ByteView key) noexcept;
  // The node has its first version; no other node has its key. The store owns it from then on.
  KeyNode& insert(OwnedNode node) noexcept;
  // Takes the node out. Readers may still stand on it: the caller frees it when none can.
  [[nodiscard]] OwnedNode remove(KeyNode& node) noexcept;

 private:
  // With a quarter of the nodes of one level on the next, enough for 4^16 keys.
  static constexpr int max_height = 16;

  [[nodiscard]] const KeyNode* last_not_after(ByteView key, bool include_equal) const noexcept;
  [[nodiscard]] bool place_holds(ByteView key) const noexcept;
  void move_place(ByteView key) noexcept;

  OwnedNode head_;  // of full height, before all keys; its `previous` is the last key
  // The publisher's place: on each level the last node before the key it sought last.
  std::array<KeyNode*, max_height> place_{};
  std::atomic<int> height_{
      1};  // of the highest node; readers may see it late, which costs time only
  std::uint64_t random_ = 0x9E3779B97F4A7C15U;
};

}  // namespace persist::engine
