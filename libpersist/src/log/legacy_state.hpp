// What reading a legacy log knows at a moment; the parts of the reader work on it.
#pragma once

#include "log/legacy_model.hpp"
#include "log/legacy_pending.hpp"
#include "log/legacy_scan.hpp"
#include "log/window.hpp"

namespace persist::log {

struct LegacyState {
  LegacyState(Window& the_window, Emitter& emitter, std::uint64_t begin)
      : window(the_window),
        judge(model),
        pending(emitter, judge),
        at(begin),
        end(the_window.end()),
        weighed_to(begin),
        fixed_to(begin),
        learned_to(begin),
        sound_from(begin) {}
  LegacyState(const LegacyState&) = delete;
  LegacyState& operator=(const LegacyState&) = delete;

  // The bytes from the first pending record on to `ahead_bytes` behind `at`, unless the file ends
  // before. Valid until the window is used again.
  [[nodiscard]] Result<Stretch> stretch(std::size_t ahead_bytes) {
    const std::uint64_t front = pending.front(at);
    PERSIST_TRY_ASSIGN(const ByteView bytes,
                       window.view(front, static_cast<std::size_t>(at - front) + ahead_bytes));
    return Stretch{bytes, front};
  }

  Window& window;
  LegacyModel model;
  CommitJudge judge;
  LegacyPending pending;
  LegacyScanner scanner;
  VersionTrack settled;  // as of the first pending record

  // Offsets in the file; fixed_to <= weighed_to. `learned_to` and `sound_from` bound what the model
  // is still to be taught: from the greater of them on.
  std::uint64_t at;          // what lies in front of it is pending or was handed on
  std::uint64_t end;         // where the legacy part ends, as far as is known
  std::uint64_t weighed_to;  // the scan does not stop at odd records in front of it again
  std::uint64_t fixed_to;    // no region that is parsed again begins in front of it
  std::uint64_t learned_to;  // the model knows the records in front of it
  std::uint64_t sound_from;  // a record boundary; up to `at` only sound records follow
  bool is_plain = false;     // every engine can read it from record to record (legacy_plain.hpp)
  bool in_damage = false;    // what lies in front of `at` is damage that has not ended
};

}  // namespace persist::log
