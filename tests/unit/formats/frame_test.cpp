#include <persist/formats/frame.hpp>

#include "support/catch.hpp"
#include "support/real_files.hpp"

using namespace persist::formats;
using persist::ByteView;
using persist::test::CommitLine;
using persist::test::read_commit_lines;
using persist::test::read_whole_file;
using persist::test::testdata;

namespace {

struct RealLog {
  std::string name;
  FrameVersion version;
};

// The first frame of a real log.
std::string first_frame(const RealLog& log) {
  const std::string bytes = read_whole_file(testdata(log.name + "/aol.bin"));
  const std::size_t length = frame_header_length_bytes(log.version) + 82;
  return bytes.substr(log_header_length_bytes, length);
}

const RealLog framed_1{"engine-1.0/log", FrameVersion::v1};
const RealLog framed_2{"engine-1.1/log", FrameVersion::v2};

}  // namespace

TEST_CASE("frames that are told later what was synced are those that knew it at once") {
  const std::uint64_t synced_to = 123'456;
  std::string payload;
  append_record(payload, {"key", 7, "value"});
  std::string told;
  std::string knew;
  for (const std::uint64_t before : {0U, 99U}) {
    append_frame(told, payload, before, FrameVersion::v2);
    append_frame(knew, payload, synced_to, FrameVersion::v2);
  }
  set_synced_to(told, synced_to);
  CHECK(told == knew);
}

TEST_CASE("a frame's header says what the engine wrote") {
  const auto v1 = decode_frame_header(first_frame(framed_1), FrameVersion::v1);
  CHECK(v1 == FrameHeader{82, 0x85C72321, 0});
  const auto v2 = decode_frame_header(first_frame(framed_2), FrameVersion::v2);
  CHECK(v2 == FrameHeader{82, 0x83B1FFDF, 8});
}

TEST_CASE("every frame of a real log holds and encodes to the bytes it was decoded from") {
  // as<>: by the type of the first, a constant, Catch2 2 would keep references to all of them.
  const RealLog log =
      GENERATE(as<RealLog>{}, framed_1, framed_2, RealLog{"engine-1.0/log-async", FrameVersion::v1},
               RealLog{"engine-1.1/log-binary-keys", FrameVersion::v2},
               RealLog{"engine-1.1/log-every-fsync-4-writers", FrameVersion::v2});
  CAPTURE(log.name);
  const std::string bytes = read_whole_file(testdata(log.name + "/aol.bin"));
  std::vector<RecordView> records;
  std::string again = bytes.substr(0, log_header_length_bytes);
  for (const CommitLine& commit : read_commit_lines(testdata(log.name + "/commits.ndjson"))) {
    REQUIRE(commit.offset == again.size());
    const ByteView rest = ByteView(bytes).substr(commit.offset);
    const auto frame = decode_frame(rest, log.version, records);
    REQUIRE(frame.has_value());
    REQUIRE(frame->length_bytes == commit.length);
    REQUIRE(records.size() == commit.records);
    REQUIRE(records.front().version == commit.version);
    const std::size_t header = frame_header_length_bytes(log.version);
    append_frame(again, rest.substr(header, frame->length_bytes - header), frame->header.synced_to,
                 log.version);
  }
  CHECK(again == bytes);
}

TEST_CASE("no flipped bit of a frame goes unnoticed") {
  const RealLog log = GENERATE(framed_1, framed_2);
  const std::string frame = first_frame(log);
  std::vector<RecordView> records;
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string damaged = frame;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    CAPTURE(bit);
    REQUIRE_FALSE(decode_frame(damaged, log.version, records).has_value());
  }
}

TEST_CASE("a frame that the bytes cut short is truncated at every length") {
  const RealLog log = GENERATE(framed_1, framed_2);
  const std::string frame = first_frame(log);
  std::vector<RecordView> records;
  for (std::size_t length = 0; length < frame.size(); ++length) {
    CAPTURE(length);
    REQUIRE(decode_frame(ByteView(frame).substr(0, length), log.version, records).error() ==
            DecodeError::truncated);
  }
}

TEST_CASE("a frame without a payload is none") {
  CHECK(decode_frame_header(std::string(16, '\0'), FrameVersion::v2).error() ==
        DecodeError::bad_length);
}

TEST_CASE("a checksum over what is no commit does not make it one") {
  std::string two_versions;
  append_record(two_versions, {"a", 1, "v"});
  append_record(two_versions, {"b", 2, "v"});
  std::string frame;
  append_frame(frame, two_versions, 0, FrameVersion::v2);
  std::vector<RecordView> records;
  CHECK(decode_frame(frame, FrameVersion::v2, records).error() == DecodeError::bad_version);
}

TEST_CASE("a payload length beyond the bytes is truncated, not read") {
  std::string frame = first_frame(framed_2);
  frame[3] = '\x7F';
  std::vector<RecordView> records;
  CHECK(decode_frame(frame, FrameVersion::v2, records).error() == DecodeError::truncated);
}

TEST_CASE("synced_to is under the checksum, and only in version 2") {
  const std::string payload = first_frame(framed_2).substr(frame_v2_header_length_bytes);
  CHECK(frame_checksum(payload, 8, FrameVersion::v2) == 0x83B1FFDF);
  CHECK(frame_checksum(payload, 9, FrameVersion::v2) != 0x83B1FFDF);
  CHECK(frame_checksum(payload, 9, FrameVersion::v1) == payload_checksum(payload));
}
