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

}  // namespace persist::log
