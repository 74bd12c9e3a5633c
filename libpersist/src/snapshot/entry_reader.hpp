// Turns a source's bytes into entries and damage, and goes on behind damage.
#pragma once

#include <persist/snapshot_reader.hpp>

#include "snapshot/entry_queue.hpp"
#include "snapshot/entry_window.hpp"

namespace persist::snapshot {

class EntryReader {
 public:
  // `summary`: covered is set; what the entries say is added, and `covered` is put right when it
  // contradicts them.
  EntryReader(EntrySource& source, SnapshotSink& sink, SnapshotSummary& summary)
      : source_(source),
        window_(source),
        queue_(window_, source, sink, summary),
        summary_(summary) {}

  // Reads to the end or until the sink stops. Errors: io.
  [[nodiscard]] Result<> run();

 private:
  // Where entries go on, and how many of the newest queued ones that leaves out.
  struct Resume {
    std::uint64_t at = 0;
    std::size_t dropped = 0;
    std::uint64_t left_out_bytes = 0;  // from the last entry that is kept
    bool is_tie = false;               // leaving out something else would explain the bytes as well
  };
  // A range of the stream that yields nothing, while its end is looked for.
  struct Loss {
    std::uint64_t begin = 0;
    FileRange first;  // where in the file it begins
    Damage damage;
    EntryFault fault = EntryFault::none;  // of what lies where the order broke
    std::uint64_t broken_at = 0;
    std::uint64_t fault_end = 0;  // of what decodes there but cannot be
    std::uint64_t zero_bytes = 0;
  };

  [[nodiscard]] std::size_t in_window(std::uint64_t offset) const noexcept {
    return static_cast<std::size_t>(offset - window_.offset());
  }
  [[nodiscard]] ByteView rest() const noexcept { return window_.bytes().substr(in_window(at_)); }

  [[nodiscard]] Result<> check_covered();
  void scan_window();
  [[nodiscard]] bool needs_more() const noexcept;
  [[nodiscard]] Result<bool> may_go_on();
  [[nodiscard]] Result<bool> swallows_entries();
  [[nodiscard]] Result<bool> is_followed(std::uint64_t end, ByteView key);
  [[nodiscard]] Result<> read_on();
  [[nodiscard]] Result<> look_ahead();
  [[nodiscard]] Result<> end_segment();
  [[nodiscard]] Result<> resolve_break();
  [[nodiscard]] std::optional<Resume> find_resume(std::size_t from, std::size_t to) const;
  [[nodiscard]] Resume earliest_inside(Resume found) const;
  [[nodiscard]] Resume innermost(Resume found) const;
  [[nodiscard]] Resume cheapest(Resume found) const;
  [[nodiscard]] std::size_t judgeable_end() const noexcept;
  [[nodiscard]] Loss begin_loss(const EntryScan& fault);
  [[nodiscard]] bool is_false_delete(const Resume* where) const;
  void settle_false_delete(Loss& loss, const Resume* where);
  void settle_newest(Loss& loss, const Resume* where);
  void leave_out_newest(Loss& loss, std::size_t count);
  void resume(const Resume& where, Loss* loss);
  [[nodiscard]] Result<> search_on(Loss* loss);
  void finish_loss(Loss& loss, std::uint64_t end);
  void lose_tail(Loss& loss);

  EntrySource& source_;
  EntryWindow window_;
  EntryQueue queue_;
  SnapshotSummary& summary_;
  std::uint64_t at_ = 0;            // in the stream: behind the newest queued entry
  EntryScan fault_;                 // what was found there
  bool head_is_uncertain_ = false;  // the next entry is the first behind damage
  bool is_done_ = false;
  bool covered_is_wrong_ = false;
  std::uint64_t long_entry_at_ = 0;    // the entry that was looked into
  std::size_t next_look_into_it_ = 0;  // when so many of its bytes are there
};

}  // namespace persist::snapshot
