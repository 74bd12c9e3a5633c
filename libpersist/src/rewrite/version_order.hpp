// Records by key in, commits by version out, in bounded memory: what puts history into a log.
#pragma once

#include <functional>
#include <persist/rewrite.hpp>
#include <span>

#include "store/record_sorter.hpp"

namespace persist::rewrite {

class VersionOrder {
 public:
  VersionOrder(FileSystem& files, const RewriteOptions& options, std::uint64_t max_memory_bytes);

  [[nodiscard]] Result<> add(ByteView key, const VersionedValue& version);

  // One call a version, ascending: all its records, keys ascending. Nothing may be added after it.
  // Memory: the largest commit.
  using Visitor = std::function<Result<>(std::span<const RecordView>)>;
  [[nodiscard]] Result<> for_each_commit(const Visitor& visit);

 private:
  store::RecordSorter sorter_;
  std::string sort_key_;
};

}  // namespace persist::rewrite
