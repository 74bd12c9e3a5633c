// The reader of logs: what it yields lies in the file in order, is what the bytes say, and reads
// back as it is when it is written anew.
#include <algorithm>
#include <persist/formats/frame.hpp>
#include <persist/log_builder.hpp>

#include "fuzz/check.hpp"
#include "fuzz/input.hpp"
#include "fuzz/mutator.hpp"
#include "support/string_file.hpp"

using namespace persist;
using namespace persist::fuzz;

namespace {

std::string payload_of(const Commit& commit) {
  std::string payload;
  for (const RecordView& record : commit.records) formats::append_record(payload, record);
  return payload;
}

struct Read {
  Trust trust;
  LogFormat format;
  std::string payload;
};

class CheckingSink final : public LogSink {
 public:
  explicit CheckingSink(ByteView log) : log_(log) {}

  bool on_commit(const Commit& commit) override {
    // Damage in the header of a rebuilt frame lies within its commit.
    const std::uint64_t end = commit.header_rebuilt ? end_of_commits_ : end_;
    advance(end, commit.offset, commit.length, "a commit lies behind what comes before it");
    end_of_commits_ = end_;
    require(!commit.records.empty() && commit.version != 0, "a commit has records and a version");
    for (std::size_t i = 0; i < commit.records.size(); ++i) {
      require(commit.records[i].version == commit.version, "a commit has one version");
      require(i == 0 || commit.records[i - 1].key < commit.records[i].key, "keys ascend");
    }
    const std::string payload = payload_of(commit);
    if (commit.format != LogFormat::legacy && !commit.header_rebuilt) check_frame(commit);
    commits.push_back({commit.trust, commit.format, payload});
    return true;
  }
  bool on_damage(const Damage& found) override {
    advance(end_, found.offset, found.length, "damage lies behind what comes before it");
    ++damage;
    return true;
  }

  std::vector<Read> commits;
  std::size_t damage = 0;

 private:
  void advance(std::uint64_t from, std::uint64_t offset, std::uint64_t length, const char* what) {
    require(offset >= from, what);
    require(offset <= log_.size() && length <= log_.size() - offset, what);
    end_ = offset + length;
  }
  void check_frame(const Commit& commit) {
    const auto version = commit.format == LogFormat::framed_1 ? formats::FrameVersion::v1
                                                              : formats::FrameVersion::v2;
    std::vector<RecordView> records;
    const auto frame = formats::decode_frame(log_.substr(commit.offset), version, records);
    require(frame.has_value(), "a commit is a frame");
    require(frame->length_bytes == commit.length, "a frame's length is its commit's");
    require(std::ranges::equal(records, commit.records), "a commit has its frame's records");
  }

  ByteView log_;
  std::uint64_t end_ = 0;
  std::uint64_t end_of_commits_ = 0;
};

CheckingSink read(const std::string& bytes, const LogSummary** summary) {
  static LogSummary last;
  CheckingSink sink(bytes);
  test::StringFile file(bytes);
  auto result = read_log(file, {}, sink);
  *summary = nullptr;
  if (!result) {
    require(result.error().code == ErrorCode::newer_format, "damage is no error");
    return sink;
  }
  last = *std::move(result);
  *summary = &last;
  return sink;
}

// Framed commits in a log of their own.
void write_anew(const CheckingSink& sink, LogFormat format) {
  std::string bytes;
  LogBuilder builder(format, [&bytes](ByteView piece) -> Result<> {
    bytes += piece;
    return {};
  });
  must(builder.begin(), "a log begins");
  std::vector<std::string> payloads;
  for (const Read& commit : sink.commits) {
    if (commit.trust == Trust::partial) continue;
    std::vector<RecordView> records;
    require(formats::decode_payload(commit.payload, records).has_value(), "a commit encodes");
    must(builder.add(records), "a commit is written");
    payloads.push_back(commit.payload);
  }
  const LogSummary* summary = nullptr;
  const CheckingSink again = read(bytes, &summary);
  require(summary != nullptr && again.damage == 0, "a log that was written has no damage");
  require(std::ranges::equal(payloads, again.commits, {}, {}, &Read::payload),
          "a log that was written has its commits");
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  Random random(seed);
  const ByteView log = view_of(data, size);
  const std::string out = below(3, random) == 0 ? mutate_bytes(std::string(log), max_size)
                                                : mutate_log(log, max_size, random);
  std::copy_n(out.data(), out.size(), reinterpret_cast<char*>(data));
  return out.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(view_of(data, size));
  const LogSummary* summary = nullptr;
  const CheckingSink sink = read(bytes, &summary);
  if (summary == nullptr) return 0;
  const auto partial = std::ranges::count(sink.commits, Trust::partial, &Read::trust);
  require(summary->commits + static_cast<std::uint64_t>(partial) == sink.commits.size(),
          "commits are counted");
  require(summary->size_bytes == size && summary->end_of_valid_bytes <= size, "lengths fit");
  write_anew(sink, LogFormat::framed_1);
  write_anew(sink, LogFormat::framed_2);
  return 0;
}
