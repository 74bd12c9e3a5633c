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
        trusted(begin),
        proven(begin),
        learned(begin),
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
  VersionTrack settled;      // as of the first pending record
  std::uint64_t at;          // in the file: what lies before is pending or was handed on
  std::uint64_t end;         // where the legacy part ends, as far as is known
  std::uint64_t trusted;     // records in front of it have been thought about
  std::uint64_t proven;      // records in front of it are not thought about again
  std::uint64_t learned;     // the model knows what lies before
  std::uint64_t sound_from;  // a record boundary with nothing but sound records behind it
  bool in_damage = false;    // what lies before `at` is damage that has not ended
};

}  // namespace persist::log
