#include <persist/formats/log_header.hpp>
#include <persist/formats/snapshot_header.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist::formats;
using persist::ByteView;
using persist::test::read_whole_file;
using persist::test::testdata;

TEST_CASE("a log's header is the one the engine wrote") {
  const auto [log, version] = GENERATE(table<std::string, FrameVersion>({
      {"engine-1.0/log/aol.bin", FrameVersion::v1},
      {"engine-1.1/log/aol.bin", FrameVersion::v2},
  }));
  const std::string bytes = read_whole_file(testdata(log));
  CHECK(decode_log_header(bytes) == version);
  std::string again;
  append_log_header(again, version);
  CHECK(again == bytes.substr(0, log_header_length_bytes));
}

TEST_CASE("a prefix of a log's header may become one, other bytes may not") {
  std::string header;
  append_log_header(header, FrameVersion::v2);
  for (std::size_t length = 0; length < header.size(); ++length) {
    CHECK(decode_log_header(ByteView(header).substr(0, length)).error() == DecodeError::truncated);
  }
  CHECK(decode_log_header("\xFFSMXAOM").error() == DecodeError::bad_magic);
  CHECK(decode_log_header("\x11user").error() == DecodeError::bad_magic);
  header.back() = '\3';
  CHECK(decode_log_header(header).error() == DecodeError::newer_version);
}

TEST_CASE("a snapshot's header is the one the engine wrote") {
  const std::string bytes = read_whole_file(testdata("engine-1.1/snapshot-and-log/snapshot.bin"));
  CHECK(decode_snapshot_header(bytes) == SnapshotHeader{70});
  std::string again;
  append_snapshot_header(again, {70});
  CHECK(again == bytes.substr(0, snapshot_header_length_bytes));
}

TEST_CASE("a prefix of a snapshot's header may become one, other bytes may not") {
  std::string header;
  append_snapshot_header(header, {UINT64_MAX});
  for (std::size_t length = 0; length < header.size(); ++length) {
    CHECK(decode_snapshot_header(ByteView(header).substr(0, length)).error() ==
          DecodeError::truncated);
  }
  CHECK(decode_snapshot_header("\xFFSMXSNQ").error() == DecodeError::bad_magic);
  CHECK(decode_snapshot_header("\x11user").error() == DecodeError::bad_magic);
  header[7] = '\2';
  CHECK(decode_snapshot_header(header).error() == DecodeError::newer_version);
  CHECK(decode_snapshot_header(ByteView(header).substr(0, 8)).error() ==
        DecodeError::newer_version);
}

TEST_CASE("the header of a log is not that of a snapshot") {
  std::string header;
  append_log_header(header, FrameVersion::v1);
  CHECK(decode_snapshot_header(header).error() == DecodeError::bad_magic);
}
