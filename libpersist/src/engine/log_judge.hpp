// Whether a damaged log may be opened. A power cut may leave any part of what was written since the
// last sync; everything from the first such damage on was promised to nobody and may be cut off.
// Damage in what had been synced is another matter: it is `persist repair`'s.
//
// What proves that damage at offset X had been synced:
//   - a later commit whose frame says so: its synced_to is above X (line 1.1, formats/README.md)
//   - one whose synced_to is 0: a rewrite alone writes that, and is synced before it counts
//   - any later commit without such a note (legacy, framed-1): it is not given up
//   - a frame whose contents are whole behind a header that no lost sector explains
// And what no interrupted write leaves is not cut either: a legacy log that ends in whole records,
// a frame whose checksum is right though it holds no commit.
#pragma once

#include <optional>
#include <persist/file_system.hpp>
#include <persist/log_reader.hpp>

namespace persist::engine {

// The offset from which the log has to be cut; its length when it is sound. Error `damaged`, which
// names the offset and `persist repair`.
[[nodiscard]] Result<std::uint64_t> judge_log(File& log);

// Copies the log's bytes from `offset` on into `<log>.torn-<offset>-<length>` beside it, or
// `<log>.torn-<offset>-<length>-2` and so on where other bytes have that name; then cuts them off,
// both on stable storage.
[[nodiscard]] Result<> cut_torn_tail(FileSystem& files, File& log, std::uint64_t offset);

}  // namespace persist::engine
