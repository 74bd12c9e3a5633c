// Logs made by hand, byte for byte as formats/README.md describes them.
#pragma once

#include <persist/formats/frame.hpp>
#include <persist/formats/log_header.hpp>
#include <persist/formats/record.hpp>
#include <string>
#include <vector>

namespace persist::test {

using formats::FrameVersion;

struct CraftedRecord {
  std::string key;
  std::optional<std::string> value;  // none: a delete
};

inline std::string legacy_commit(Version version, const std::vector<CraftedRecord>& records) {
  std::string bytes;
  for (const CraftedRecord& record : records) {
    formats::append_record(bytes,
                           {record.key, version,
                            record.value ? std::optional<ByteView>(*record.value) : std::nullopt});
  }
  return bytes;
}

inline std::string log_header(FrameVersion frame_version) {
  std::string bytes;
  formats::append_log_header(bytes, frame_version);
  return bytes;
}

inline std::string frame(FrameVersion frame_version, Version version,
                         const std::vector<CraftedRecord>& records, std::uint64_t synced_to = 8) {
  std::string bytes;
  formats::append_frame(bytes, legacy_commit(version, records), synced_to, frame_version);
  return bytes;
}

// What line 1.1 gives a new log.
inline const std::string header_v2("\xFFSMXAOL\x02", 8);

}  // namespace persist::test
