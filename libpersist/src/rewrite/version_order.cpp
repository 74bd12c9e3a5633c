#include "rewrite/version_order.hpp"

#include <utility>
#include <vector>

namespace persist::rewrite {
namespace {

// Records sort by their key; with the version in front, big endian, they sort by that.
void set_sort_key(std::string& out, Version version, ByteView key) {
  out.clear();
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((version >> static_cast<unsigned>(shift)) & 0xFFU));
  }
  out.append(key);
}

// The records of one version, copied: what a visitor is shown lives only until it returns.
class CommitBuffer {
 public:
  [[nodiscard]] bool is_empty() const noexcept { return items_.empty(); }
  [[nodiscard]] Version version() const noexcept { return version_; }

  void begin(Version version) {
    version_ = version;
    bytes_.clear();
    items_.clear();
  }
  void add(ByteView key, const std::optional<ByteView>& value) {
    items_.push_back({key.size(), value ? std::optional(value->size()) : std::nullopt});
    bytes_.append(key);
    if (value) bytes_.append(*value);
  }
  [[nodiscard]] std::span<const RecordView> records() {
    records_.clear();
    ByteView rest(bytes_);
    for (const Item& item : items_) {
      RecordView record;
      record.version = version_;
      record.key = take(rest, item.key_bytes);
      if (item.value_bytes) record.value = take(rest, *item.value_bytes);
      records_.push_back(record);
    }
    return records_;
  }

 private:
  struct Item {
    std::size_t key_bytes;
    std::optional<std::size_t> value_bytes;
  };
  static ByteView take(ByteView& rest, std::size_t length) {
    const ByteView taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
  }

  Version version_ = 0;
  std::string bytes_;
  std::vector<Item> items_;
  std::vector<RecordView> records_;
};

}  // namespace

VersionOrder::VersionOrder(FileSystem& files, const RewriteOptions& options,
                           std::uint64_t max_memory_bytes)
    : sorter_(files, {max_memory_bytes, options.temp_dir, store::Keep::all_versions,
                      options.should_stop}) {}

Result<> VersionOrder::add(ByteView key, const VersionedValue& version) {
  set_sort_key(sort_key_, version.version, key);
  return sorter_.add({sort_key_, version.version, version.value});
}

Result<> VersionOrder::for_each_commit(const Visitor& visit) {
  PERSIST_TRY_ASSIGN(const store::SortedRecords sorted, sorter_.finish());
  CommitBuffer commit;
  Result<> status;
  const auto flush = [&] {
    if (!commit.is_empty()) status = visit(commit.records());
    return status.has_value();
  };
  PERSIST_TRY(sorted.for_each({}, [&](const KeyState& state) {
    const VersionedValue& record = state.versions.back();
    if (commit.is_empty() || commit.version() != record.version) {
      if (!flush()) return false;
      commit.begin(record.version);
    }
    commit.add(state.key.substr(sizeof(Version)), record.value);
    return true;
  }));
  PERSIST_TRY(std::move(status));
  static_cast<void>(flush());
  return status;
}

}  // namespace persist::rewrite
