// Lines 0.18 and 0.27: the log is legacy records and nothing else, and is never repaired.

#include <algorithm>
#include <limits>

#include "format_text.hpp"
#include "inspect/engines/loader.hpp"

namespace persist::engines {
namespace {

// A record that the end of the file cuts short ends the load in silence; later commits are appended
// behind it. A log with frames is refused at its header, whose first byte is no varint.
class LegacyLoader : public Loader {
 protected:
  LegacyLoader(ReleaseLine line, const Inputs& inputs, Visitor* visitor)
      : Loader(line, inputs, std::numeric_limits<std::uint64_t>::max(), visitor) {}

 private:
  Step<std::optional<Unit>> replay_next() override { return replay_record(); }
};

// Up to 0.22: every version of an entry is loaded, any version will do, and none after the clock's
// time is seen.
class Engine018 final : public LegacyLoader {
 public:
  Engine018(const Inputs& inputs, Visitor* visitor)
      : LegacyLoader(ReleaseLine::v0_18, inputs, visitor) {}

 private:
  void apply_entry(const Entry&) override {}
  void apply_record(const Record&) override {}
  bool is_visible(Version version) const override { return version <= inputs().now_ns; }
};

// 0.23 to 0.27: an entry's last version is loaded, and the clock is set past every version seen.
class Engine027 final : public LegacyLoader {
 public:
  Engine027(const Inputs& inputs, Visitor* visitor)
      : LegacyLoader(ReleaseLine::v0_27, inputs, visitor) {}

 private:
  void apply_entry(const Entry& entry) override {
    if (entry.count > 0) clock_ = std::max(clock_, entry.items.back().version);
  }
  void apply_record(const Record& record) override { clock_ = std::max(clock_, record.version); }
  Step<void> guard() override {
    if (clock_ < version_limit_0_27) return {};
    return std::unexpected(
        refusal(format_text("Snapshot creation failed: persisted version {} exceeds the maximum "
                            "supported version",
                            clock_)));
  }

  Version clock_ = 0;
};

}  // namespace

std::unique_ptr<Loader> make_legacy_loader(ReleaseLine line, const Inputs& inputs,
                                           Visitor* visitor) {
  if (line == ReleaseLine::v0_18) return std::make_unique<Engine018>(inputs, visitor);
  return std::make_unique<Engine027>(inputs, visitor);
}

}  // namespace persist::engines
