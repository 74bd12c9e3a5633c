#include "recover/spliced_file.hpp"

#include <algorithm>

namespace persist::recover {

SplicedFile::SplicedFile(File& source, const std::vector<ByteRange>& ranges)
    : source_(source), ranges_(ranges) {
  for (const ByteRange& range : ranges_) {
    starts_.push_back(size_bytes_);
    size_bytes_ += range.length;
  }
}

Result<std::size_t> SplicedFile::read_at(std::uint64_t offset, std::span<char> into) {
  std::size_t done = 0;
  if (offset >= size_bytes_) return done;
  auto index =
      static_cast<std::size_t>(std::ranges::upper_bound(starts_, offset) - starts_.begin() - 1);
  for (; index < ranges_.size() && done < into.size(); ++index) {
    const std::uint64_t skip = offset + done - starts_[index];
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(ranges_[index].length - skip, into.size() - done));
    PERSIST_TRY_ASSIGN(const std::size_t got,
                       source_.read_at(ranges_[index].offset + skip, into.subspan(done, wanted)));
    done += got;
    if (got < wanted) break;
  }
  return done;
}

Result<FileInfo> SplicedFile::info() {
  PERSIST_TRY_ASSIGN(FileInfo info, source_.info());
  info.size_bytes = size_bytes_;
  return info;
}

}  // namespace persist::recover
