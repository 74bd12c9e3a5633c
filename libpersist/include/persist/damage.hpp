// Damage: a range of a file that holds nothing a sound file would hold there. Readers report it and
// go on behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <persist/formats/bytes.hpp>

namespace persist {

// Stable names (name_of) are part of the command line's contract: scripts compare them.
enum class DamageCode {
  torn_record,       // a legacy record that was cut while it was written
  damaged_records,   // bytes between legacy records that are none
  torn_frame,        // a frame that the file's end cuts short
  damaged_frame,     // a frame whose checksum, length or contents are wrong
  doubled_header,    // a second log header inside the log (FORMATS: defect 14)
  missing_header,    // frames without the header that must come before them
  damaged_header,    // a header that is cut or altered, with frames behind it
  newer_format,      // a header of a format version above those known
  zero_fill,         // zeros where data should be, or after it
  trailing_bytes,    // bytes after the last thing that could be read
  damaged_entry,     // bytes in a snapshot that are no entry
  torn_entry,        // a snapshot entry that the file's end cuts short
  entry_order,       // snapshot keys or versions out of order, or a key twice
  impossible_entry,  // an entry without versions, or a version that cannot be
  impossible_version,  // version 0, or one that the engine refuses
  damaged_block,     // an LZ4 block that cannot be decoded
  torn_block,        // an LZ4 block that the file's end cuts short
  content_checksum,  // the LZ4 frame's content checksum or size does not match
};
[[nodiscard]] std::string_view name_of(DamageCode code) noexcept;

struct Damage {
  std::uint64_t offset = 0;  // in the file, bytes
  std::uint64_t length = 0;
  DamageCode code = DamageCode::trailing_bytes;
  std::string message;  // one sentence for people

  // It reaches the end of the file, nothing whole lies behind it, and an interrupted write can have
  // left it: what any power cut may do to a sound file.
  bool is_torn_tail = false;
  // Whether committed data is or may be lost in it. False for a doubled header, zeros after the end.
  bool may_hold_commits = true;
  // What can still be told of a commit that lies in it: its version, and keys it wrote.
  std::optional<Version> version;
  std::vector<std::string> keys;

  // A frame whose checksum is right and which holds no commit: it was written like that, and neither
  // an interrupted write nor a failing disk explains it.
  bool was_written_so = false;
};

}  // namespace persist
