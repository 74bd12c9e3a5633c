#include "platform/writers.hpp"

namespace persist::platform {

Result<> refuse_writers(FileSystem& files, const std::string& path, std::string_view advice) {
  PERSIST_TRY_ASSIGN(const auto writers, files.writers_of(path));
  if (writers.empty()) return {};
  std::string who;
  for (const ProcessInfo& process : writers) {
    who +=
        (who.empty() ? "" : ", ") + process.name + " (process " + std::to_string(process.pid) + ")";
  }
  return fail(ErrorCode::busy, path, "it is open for writing in " + who, std::string(advice));
}

}  // namespace persist::platform
