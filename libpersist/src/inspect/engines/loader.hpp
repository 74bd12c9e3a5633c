// An engine's start, as far as the files decide it: snapshot, log, guard, repair. One class a
// release line, each a reading of that release's rules (formats/README.md, "Loading, release by
// release").
#pragma once

#include <array>
#include <memory>
#include <persist/forecast.hpp>
#include <persist/log_reader.hpp>

#include "inspect/cross_check.hpp"
#include "inspect/engines/decoder.hpp"

namespace persist::engines {

struct Inputs {
  File* log = nullptr;  // null: there is no such file
  File* snapshot = nullptr;
  std::uint64_t log_length = 0;
  std::uint64_t now_ns = 0;
  std::uint64_t max_allocation_bytes = 0;
  ShouldStop should_stop;
};

// Sees what an engine puts into its store, in its order.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void on_entry(const Entry& entry) = 0;
  virtual void on_record(const Record& record) = 0;
};

// What the replay applied at once: a legacy record or a frame.
struct Unit {
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
};

class Loader {
 public:
  virtual ~Loader() = default;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  // Loads the snapshot; first, once.
  void load();
  // Plays the log up to this commit and notes whether the opened database has it. File order.
  void account_for(const Commit& commit);
  // Plays the rest.
  [[nodiscard]] Result<EngineForecast> conclude();

  // Nothing that follows can change the forecast.
  [[nodiscard]] bool is_over() const noexcept { return stop_.has_value(); }

 protected:
  Loader(ReleaseLine line, const Inputs& inputs, std::uint64_t max_slice_bytes, Visitor* visitor)
      : line_(line),
        inputs_(inputs),
        limits_{inputs.max_allocation_bytes, max_slice_bytes},
        visitor_(visitor) {}

  // The rules in which the lines differ.
  [[nodiscard]] virtual Step<std::uint64_t> read_snapshot_header() { return 0; }  // its length
  virtual void apply_entry(const Entry& entry) = 0;
  [[nodiscard]] virtual Step<std::optional<Unit>> replay_next() = 0;  // none: the log is played
  [[nodiscard]] virtual Step<void> guard() { return {}; }
  [[nodiscard]] virtual std::uint64_t bytes_cut() const { return 0; }
  // Replay skips what is at or below it: the snapshot has it.
  [[nodiscard]] virtual std::optional<Version> covered() const { return std::nullopt; }
  [[nodiscard]] virtual bool is_visible(Version) const { return true; }
  virtual void apply_record(const Record& record) = 0;

  // The legacy record at the log's position.
  [[nodiscard]] Step<std::optional<Unit>> replay_record();
  [[nodiscard]] Source& log();
  [[nodiscard]] const Inputs& inputs() const noexcept { return inputs_; }
  [[nodiscard]] const Limits& limits() const noexcept { return limits_; }
  // Hands a decoded record of the log on, to the line's own rules and to the visitor.
  void replay(const Record& record);

 private:
  using EachEntry = std::function<void(const Entry&)>;
  [[nodiscard]] Step<void> read_snapshot(const EachEntry& each);
  void advance();
  [[nodiscard]] bool applies(std::uint64_t offset, std::uint64_t end);
  [[nodiscard]] Step<void> count_hidden();

  ReleaseLine line_;
  const Inputs& inputs_;
  Limits limits_;
  Visitor* visitor_;
  std::unique_ptr<Source> log_;
  std::optional<Unit> unit_;  // the last one applied
  bool log_is_played_ = false;
  std::optional<Stop> stop_;
  std::uint64_t commits_lost_ = 0;
  std::uint64_t snapshot_header_length_ = 0;
  // Commits that the replay skips because the snapshot should hold them.
  std::optional<CrossCheck> hidden_;
};

// `visitor` may be null. `inputs` outlives the loader.
[[nodiscard]] std::unique_ptr<Loader> make_loader(ReleaseLine line, const Inputs& inputs,
                                                  Visitor* visitor);
[[nodiscard]] std::unique_ptr<Loader> make_legacy_loader(ReleaseLine line, const Inputs& inputs,
                                                         Visitor* visitor);
[[nodiscard]] std::unique_ptr<Loader> make_framed_loader(ReleaseLine line, const Inputs& inputs,
                                                         Visitor* visitor);

}  // namespace persist::engines
