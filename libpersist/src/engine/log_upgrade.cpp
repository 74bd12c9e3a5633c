#include "engine/log_upgrade.hpp"

#include <persist/atomic_file.hpp>
#include <persist/log_builder.hpp>

#include "platform/copy_range.hpp"

namespace persist::engine {
namespace {

class Rewriter final : public LogSink {
 public:
  Rewriter(LogBuilder& builder, const std::string& log_path)
      : builder_(builder), log_path_(log_path) {}

  bool on_commit(const Commit& commit) override {
    if (commit.format != LogFormat::framed_1) return true;
    outcome_ = builder_.add(commit.records);
    return outcome_.has_value();
  }
  bool on_damage(const Damage& damage) override {
    outcome_ = fail_at(ErrorCode::changed, log_path_, damage.offset,
                       "the log changed while it was rewritten: " + damage.message,
                       "the log is as it was; open it again when no other process writes there");
    return false;
  }
  [[nodiscard]] const Result<>& outcome() const { return outcome_; }

 private:
  LogBuilder& builder_;
  const std::string& log_path_;
  Result<> outcome_;
};

}  // namespace

Result<> upgrade_log(FileSystem& files, File& log, const LogSummary& summary) {
  PERSIST_TRY_ASSIGN(AtomicFile fresh, AtomicFile::create(files, log.path(), "new"));
  PERSIST_TRY(platform::copy_range(log, 0, summary.header_offset.value_or(0), fresh));
  LogBuilder builder(LogFormat::framed_2, [&](ByteView bytes) { return fresh.append(bytes); });
  PERSIST_TRY(builder.begin());
  Rewriter rewriter(builder, log.path());
  LogReadOptions options;
  options.end_offset = summary.size_bytes;
  PERSIST_TRY(read_log(log, options, rewriter));
  PERSIST_TRY(rewriter.outcome());
  return fresh.commit();
}

Result<std::uint64_t> write_new_header(File& log, LogFormat format) {
  std::string header;
  LogBuilder builder(format, [&](ByteView bytes) -> Result<> {
    header.append(bytes);
    return {};
  });
  PERSIST_TRY(builder.begin());
  PERSIST_TRY(log.write_at(0, header));
  return header.size();
}

}  // namespace persist::engine
