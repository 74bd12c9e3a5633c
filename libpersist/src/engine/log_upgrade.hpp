// What the log needs before this line may append to it.
#pragma once

#include <persist/file_system.hpp>
#include <persist/log_reader.hpp>

namespace persist::engine {

// Replaces a log with framed-1 commits by one of line 1.1, as 1.1 itself does: the legacy run
// before the header unchanged, every frame as framed-2 with a `synced_to` of 0. `summary` is of the
// log, which is sound. The file has to be opened anew.
[[nodiscard]] Result<> upgrade_log(FileSystem& files, File& log, const LogSummary& summary);

// Into an empty log. Returns its length.
[[nodiscard]] Result<std::uint64_t> write_new_header(File& log, LogFormat format);

}  // namespace persist::engine
