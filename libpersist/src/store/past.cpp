#include "store/past.hpp"

#include <algorithm>

#include "format_text.hpp"

namespace persist::store {
namespace {

class Census final : public LogSink {
 public:
  explicit Census(Version up_to) noexcept : up_to_(up_to) {}

  bool on_commit(const Commit& commit) override {
    if (commit.trust == Trust::partial || commit.version > up_to_) return true;
    ++commits_;
    sum_ += commit.version;
    return true;
  }
  bool on_damage(const Damage&) override { return true; }

  // As many commits as there are numbers, and their sum: a number twice would need others to be
  // missing that make up for it.
  [[nodiscard]] bool is_complete() const noexcept {
    const auto wide = static_cast<unsigned __int128>(up_to_);
    return commits_ == up_to_ && sum_ == wide * (wide + 1) / 2;
  }

 private:
  Version up_to_;
  std::uint64_t commits_ = 0;
  unsigned __int128 sum_ = 0;
};

}  // namespace

void VersionSpacing::add(Version version) {
  const auto begin = greatest_.end() - static_cast<std::ptrdiff_t>(count_);
  if (count_ == kept_versions && version <= *begin) return;
  const auto at = std::lower_bound(begin, greatest_.end(), version);
  if (at != greatest_.end() && *at == version) return;
  // What is below `version` moves down by one; when the array is full the least of all falls out.
  if (count_ < kept_versions) {
    std::move(begin, at, begin - 1);
    ++count_;
  } else {
    std::move(begin + 1, at, begin);
  }
  *(at - 1) = version;
}

bool VersionSpacing::is_counter() const noexcept {
  if (count_ == 0) return false;
  if (!is_clock_version(greatest_.back())) return true;
  if (count_ == 1) return false;
  const Version span = greatest_.back() - greatest_[kept_versions - count_];
  return span / (count_ - 1) < least_clock_distance_ns;
}

Result<bool> log_holds_all(File& log, std::optional<std::uint64_t> end_offset, Version up_to) {
  Census census(up_to);
  LogReadOptions options;
  options.end_offset = end_offset;
  PERSIST_TRY(read_log(log, options, census));
  return census.is_complete();
}

std::unexpected<Error> past_is_gone(const std::string& path, Version at, Version visible_from) {
  return fail(
      ErrorCode::unsupported, path,
      format_text("the state at version {} is not in the files any more: the snapshot holds "
                  "only the newest version of each key",
                  at),
      format_text("the past can be seen from version {} on", visible_from));
}

}  // namespace persist::store
