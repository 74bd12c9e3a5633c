#include "recover/commit_fetcher.hpp"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <persist/formats/frame.hpp>

namespace persist::recover {
namespace {

constexpr std::size_t buffer_bytes = std::size_t{64} << 10U;

std::size_t header_length_bytes(LogFormat format) noexcept {
  switch (format) {
    case LogFormat::legacy:
      return 0;
    case LogFormat::framed_1:
      return formats::frame_v1_header_length_bytes;
    case LogFormat::framed_2:
      return formats::frame_v2_header_length_bytes;
  }
  return 0;
}

}  // namespace

CommitFetcher::CommitFetcher(std::span<File* const> sources) {
  for (File* source : sources) {
    windows_.emplace_back(*source, std::numeric_limits<std::uint64_t>::max(), nullptr,
                          buffer_bytes);
  }
}

Result<std::span<const RecordView>> CommitFetcher::fetch(const LateCommit& place) {
  log::Window& window = windows_[place.source];
  const auto length = static_cast<std::size_t>(place.length);
  PERSIST_TRY_ASSIGN(ByteView bytes, window.view(place.offset, length));
  bytes = bytes.substr(0, length);
  bytes.remove_prefix(std::min(bytes.size(), header_length_bytes(place.format)));
  if (!formats::decode_payload(bytes, records_) || records_.front().version != place.version) {
    return fail_at(ErrorCode::changed, window.file().path(), place.offset,
                   "a commit is not where it was a moment ago");
  }
  return std::span<const RecordView>(records_);
}

std::uint64_t hash_records(std::span<const RecordView> records) noexcept {
  std::uint64_t hash = records.size();
  for (const RecordView& record : records) {
    hash = XXH3_64bits_withSeed(record.key.data(), record.key.size(), hash);
    const ByteView value = record.value.value_or(ByteView());
    hash = XXH3_64bits_withSeed(value.data(), value.size(), hash + (record.value ? 1 : 0));
  }
  return hash;
}

}  // namespace persist::recover
