#include "platform/copy_range.hpp"

#include <algorithm>
#include <vector>

namespace persist::platform {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 20U;

}  // namespace

Result<> copy_range(File& source, std::uint64_t begin, std::uint64_t end, AtomicFile& target,
                    std::atomic<std::uint64_t>* progress) {
  const auto piece = [&] {
    return static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes, end - begin));
  };
  std::vector<char> buffer(piece());
  while (begin < end) {
    PERSIST_TRY_ASSIGN(const std::size_t got,
                       source.read_at(begin, std::span(buffer).first(piece())));
    if (got == 0) {
      return fail_at(ErrorCode::changed, source.path(), begin,
                     "it became shorter while it was read", "stop whatever else writes there");
    }
    PERSIST_TRY(target.append(ByteView(buffer.data(), got)));
    begin += got;
    if (progress != nullptr) progress->fetch_add(got, std::memory_order_relaxed);
  }
  return {};
}

}  // namespace persist::platform
