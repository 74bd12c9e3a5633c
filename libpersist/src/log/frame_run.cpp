#include "log/frame_run.hpp"

namespace persist::log {

Result<FrameRun> frame_run(FrameProbe& probe, std::uint64_t offset, std::uint64_t to) {
  FrameRun run{offset, 0};
  while (run.end < to) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(run.end));
    if (!frame) break;
    run = {frame->end(), frame->version};
  }
  return run;
}

Result<bool> frames_follow(FrameProbe& probe, std::uint64_t offset, std::size_t wanted) {
  for (std::size_t frames = 0; frames < wanted; ++frames) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
    if (!frame) return false;
    offset = frame->end();
    if (offset == probe.window().end()) return true;
  }
  return true;
}

}  // namespace persist::log
