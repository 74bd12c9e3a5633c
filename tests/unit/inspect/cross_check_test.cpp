#include <algorithm>
#include <persist/formats/frame.hpp>
#include <persist/formats/snapshot_entry.hpp>
#include <persist/formats/snapshot_header.hpp>
#include <persist/verify.hpp>

#include "inspect/version_census.hpp"
#include "support/catch.hpp"
#include "support/string_file.hpp"

namespace persist {
namespace {

using formats::RecordView;
using formats::VersionedValue;

class LogBytes {
 public:
  LogBytes() { formats::append_log_header(bytes_, formats::FrameVersion::v2); }
  LogBytes& commit(Version version, ByteView key, std::optional<ByteView> value) {
    std::string payload;
    formats::append_record(payload, {key, version, value});
    formats::append_frame(bytes_, payload, 0, formats::FrameVersion::v2);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class SnapshotBytes {
 public:
  SnapshotBytes() = default;  // without a header
  explicit SnapshotBytes(Version covered) { formats::append_snapshot_header(bytes_, {covered}); }
  SnapshotBytes& entry(ByteView key, Version version, ByteView value) {
    const VersionedValue item{version, value};
    formats::append_snapshot_entry(bytes_, key, {&item, 1});
    return *this;
  }
  // The beginning of one more.
  SnapshotBytes& torn_entry(ByteView key) {
    const std::size_t size = bytes_.size();
    entry(key, 1, "value");
    bytes_.resize(size + key.size() + 2);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

VerifyReport verified(const LogBytes& log, const SnapshotBytes& snapshot) {
  test::StringFile log_file(log.bytes());
  test::StringFile snapshot_file(snapshot.bytes());
  auto report = verify(&log_file, &snapshot_file, {});
  REQUIRE(report.has_value());
  return *std::move(report);
}

std::vector<std::string> codes_of(const VerifyReport& report) {
  std::vector<std::string> codes;
  for (const FileReport& file : report.files) {
    for (const Finding& finding : file.findings) codes.emplace_back(finding.code);
  }
  return codes;
}
using Codes = std::vector<std::string>;

std::uint64_t lost_to_1_1(const VerifyReport& report) {
  return (*report.engines)[static_cast<std::size_t>(ReleaseLine::v1_1)].commits_lost;
}

TEST_CASE("a log that still has what the snapshot took in is clean") {
  const auto log = LogBytes().commit(4, "a", "1").commit(5, "b", std::nullopt).commit(6, "c", "1");
  const VerifyReport report = verified(log, SnapshotBytes(5).entry("a", 4, "1"));
  CHECK(codes_of(report).empty());
  CHECK(lost_to_1_1(report) == 0);
}

TEST_CASE("a snapshot with an older value than it says it covers is not of this log") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  const VerifyReport report = verified(log, SnapshotBytes(5).entry("a", 2, "old"));
  CHECK(codes_of(report) == Codes{"snapshot-contradicts-log"});
  CHECK(report.verdict == Verdict::damaged);
  CHECK(lost_to_1_1(report) == 1);
}

TEST_CASE("two values of one key at one version cannot both be") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(5).entry("a", 4, "old"))) ==
        Codes{"snapshot-contradicts-log"});
}

TEST_CASE("a bare snapshot with another value hides nothing and is said to hide nothing") {
  const auto log = LogBytes().commit(4, "a", "new").commit(5, "c", "1");
  test::StringFile log_file(log.bytes());
  test::StringFile snapshot_file(SnapshotBytes().entry("a", 4, "old").bytes());
  const auto report = verify(&log_file, &snapshot_file, {});
  REQUIRE(report);
  CHECK(codes_of(*report) == Codes{"snapshot-contradicts-log"});
  CHECK(report->verdict == Verdict::damaged);
  CHECK(report->files.back().findings.front().message.find("hidden") == std::string::npos);
}

TEST_CASE("whole entries of a damaged snapshot can contradict the log") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  const auto snapshot = SnapshotBytes(5).entry("a", 2, "old").entry("b", 3, "1").torn_entry("d");
  CHECK(codes_of(verified(log, snapshot)) == Codes{"torn-entry", "snapshot-contradicts-log"});
}

TEST_CASE("an entry right before damage contradicts nothing") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  const auto snapshot = SnapshotBytes(5).entry("a", 2, "old").torn_entry("d");
  CHECK(codes_of(verified(log, snapshot)) == Codes{"torn-entry"});
}

TEST_CASE("a key that a damaged snapshot lacks is not suspicious") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  const auto snapshot = SnapshotBytes(5).entry("b", 5, "1").torn_entry("d");
  CHECK(codes_of(verified(log, snapshot)) == Codes{"torn-entry"});
}

TEST_CASE("a key that the snapshot lacks is suspicious and no proof") {
  const auto log = LogBytes().commit(4, "a", "new").commit(6, "c", "1");
  const VerifyReport report = verified(log, SnapshotBytes(5).entry("b", 5, "1"));
  CHECK(codes_of(report) == Codes{"not-in-snapshot"});
  CHECK(report.verdict == Verdict::clean);
  CHECK(exit_status_of(report, false) == 0);
  CHECK(exit_status_of(report, true) == 1);
}

TEST_CASE("a key that the snapshot lacks is proof where no commit can have deleted it") {
  const auto log = LogBytes().commit(4, "a", "1").commit(5, "c", "1").commit(6, "d", "1");
  const VerifyReport report = verified(log, SnapshotBytes(5).entry("b", 3, "1"));
  CHECK(codes_of(report) == Codes{"snapshot-contradicts-log"});
  CHECK(report.verdict == Verdict::damaged);
  CHECK(lost_to_1_1(report) == 2);
}

TEST_CASE("a snapshot that has some of its log and lacks the rest is incomplete") {
  const auto log = LogBytes().commit(4, "a", "1").commit(5, "c", "1").commit(6, "d", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(5).entry("a", 4, "1"))) ==
        Codes{"snapshot-incomplete"});
}

TEST_CASE("a snapshot without an entry is incomplete where its log never deleted") {
  CHECK(codes_of(verified(LogBytes().commit(1, "a", "1"), SnapshotBytes(1))) ==
        Codes{"empty-snapshot", "snapshot-incomplete"});
}

TEST_CASE("a version that only 1.1 refuses is no damage to an older snapshot") {
  test::StringFile snapshot(SnapshotBytes().entry("a", version_limit_1_1, "1").bytes());
  const auto report = verify(nullptr, &snapshot, {});
  REQUIRE(report);
  CHECK(codes_of(*report) == Codes{"version-limit"});
  CHECK(report->verdict == Verdict::clean);
}

TEST_CASE("a snapshot that covers commits and holds no key is suspicious") {
  const auto log = LogBytes().commit(6, "a", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(5))) == Codes{"empty-snapshot"});
}

TEST_CASE("the snapshot of a database that never held a key is clean") {
  CHECK(codes_of(verified(LogBytes().commit(1, "a", "1"), SnapshotBytes(0))).empty());
}

TEST_CASE("a key that the snapshot lacks is no proof where the commit behind it is missing") {
  const auto log = LogBytes().commit(4, "a", "1").commit(6, "c", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(6).entry("c", 6, "1"))) == Codes{"not-in-snapshot"});
}

TEST_CASE("a snapshot that covers far more than ever was hides what the log has") {
  const auto log = LogBytes().commit(4, "a", "1").commit(7, "c", "1");
  const Version covered = 3 | Version{1} << 40U;
  CHECK(codes_of(verified(log, SnapshotBytes(covered).entry("b", 3, "1"))) ==
        Codes{"snapshot-contradicts-log"});
}

TEST_CASE(
    "a snapshot of an upgraded database can cover deletes that a clock's versions came before") {
  constexpr Version set_at = 1'795'000'000'000'000'000;
  const auto log = LogBytes().commit(set_at, "a", "1").commit(set_at + 5'000'000, "b", "1");
  const VerifyReport report =
      verified(log, SnapshotBytes(set_at + 90'000'000).entry("b", set_at + 5'000'000, "1"));
  CHECK(codes_of(report) == Codes{"not-in-snapshot"});
}

TEST_CASE("a snapshot whose last commits were deletes can cover more than was seen") {
  const auto log = LogBytes().commit(4, "a", "1").commit(7, "c", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(30).entry("c", 7, "1"))) == Codes{"not-in-snapshot"});
}

TEST_CASE("a key that the log's commit of its version does not have is of another database") {
  const auto log = LogBytes().commit(1, "a", "1").commit(2, "b", "1").commit(3, "a", "2");
  const VerifyReport report = verified(log, SnapshotBytes().entry("a", 1, "1").entry("x", 2, "1"));
  CHECK(codes_of(report) == Codes{"foreign-keys"});
  CHECK(exit_status_of(report, false) == 0);
  CHECK(exit_status_of(report, true) == 1);
}

TEST_CASE("a key that the log sets later may be at an older version in the snapshot") {
  const auto log =
      LogBytes().commit(1, "a", "1").commit(2, "b", "1").commit(3, "a", "2").commit(4, "c", "1");
  const auto snapshot = SnapshotBytes().entry("a", 1, "1").entry("b", 2, "1").entry("c", 4, "1");
  CHECK(codes_of(verified(log, snapshot)).empty());
}

TEST_CASE("a key at a version that the log sets before it is of another database") {
  const auto log = LogBytes().commit(1, "a", "1").commit(2, "b", "1").commit(3, "c", "1");
  CHECK(codes_of(verified(log, SnapshotBytes().entry("a", 2, "1"))) == Codes{"foreign-keys"});
}

TEST_CASE("two commits of a clock's line can have one time") {
  constexpr Version time = 1'795'000'000'000'000'000;
  const auto log = LogBytes().commit(time, "a", "1").commit(time + 5, "b", "1");
  CHECK(codes_of(verified(log, SnapshotBytes().entry("x", time, "1"))).empty());
}

TEST_CASE("a commit that is missing above what the snapshot covers is worth knowing") {
  const auto log = LogBytes().commit(7, "a", "1").commit(9, "b", "1");
  const VerifyReport report = verified(log, SnapshotBytes(5).entry("a", 4, "1"));
  CHECK(codes_of(report) == Codes{"version-gap"});
  CHECK(exit_status_of(report, true) == 0);
}

TEST_CASE("a commit that is there twice is suspicious") {
  const auto log = LogBytes().commit(6, "a", "1").commit(6, "a", "1");
  CHECK(codes_of(verified(log, SnapshotBytes(5).entry("a", 4, "1"))) == Codes{"duplicate-version"});
}

TEST_CASE("an entry above what the snapshot covers is an error") {
  const VerifyReport report = verified(LogBytes(), SnapshotBytes(5).entry("a", 6, "1"));
  CHECK(codes_of(report) == Codes{"impossible-version"});
  CHECK(report.verdict == Verdict::damaged);
}

TEST_CASE("numbers out of order leave no hole") {
  VersionCensus census(std::nullopt);
  for (const Version version : {5U, 3U, 4U, 6U}) CHECK_FALSE(census.add(version));
  CHECK(census.holes() == 0);
  CHECK(census.add(4));
}

TEST_CASE("clocks are never dense") {
  VersionCensus census(std::nullopt);
  census.add(1'700'000'000'000'000'000);
  census.add(1'700'000'000'000'000'900);
  CHECK(census.holes() == 0);
}

}  // namespace
}  // namespace persist
