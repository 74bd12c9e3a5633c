#include "recover/copy_range.hpp"

#include "log/window.hpp"

namespace persist::recover {

Result<> copy_range(File& source, std::uint64_t begin, std::uint64_t end, AtomicFile& target,
                    std::atomic<std::uint64_t>* progress) {
  log::Window window(source, end, progress);
  while (begin < end) {
    PERSIST_TRY_ASSIGN(const ByteView bytes, window.view(begin, 1));
    if (bytes.empty()) {
      return fail_at(ErrorCode::changed, source.path(), begin,
                     "it became shorter while it was read");
    }
    PERSIST_TRY(target.append(bytes));
    begin += bytes.size();
  }
  return {};
}

}  // namespace persist::recover
