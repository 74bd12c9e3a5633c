// Small sound files of every format, with what they hold.
#pragma once

#include <persist/verify.hpp>
#include <set>
#include <string>
#include <vector>

namespace persist::simulation {

struct SoundFile {
  std::string name;
  FileKind kind = FileKind::log;
  std::string bytes;
  // Every byte from here on is under a checksum, or its change leaves bytes that are.
  std::size_t checked_from = 0;
  bool is_checked = false;
  // Of key, version and value of everything in it.
  std::set<std::uint64_t> records;
  // Where a cut leaves a sound file.
  std::set<std::size_t> boundaries;
};

// What real engines wrote: the first commits of their logs, their snapshots whole; and such a
// legacy log taken over by this library.
[[nodiscard]] std::vector<SoundFile> sound_files();

[[nodiscard]] std::uint64_t hash_of_record(ByteView key, Version version,
                                           const std::optional<ByteView>& value);

// Whether the bytes are records, or entries of a snapshot, from the first to the last, such as an
// engine writes. Knows nothing of the library's readers.
[[nodiscard]] bool reads_as_records(std::string_view bytes);
[[nodiscard]] bool reads_as_entries(std::string_view bytes);

}  // namespace persist::simulation
