#include "log/frame_chain.hpp"

#include <algorithm>
#include <persist/release_line.hpp>

namespace persist::log {
namespace {

constexpr std::size_t leading_frames = 8;
constexpr std::size_t marked_frames = 32;
// Of writers that were overtaken by far: the chain goes on behind them.
constexpr std::size_t max_strays = 2;

class ChainBuilder {
 public:
  explicit ChainBuilder(const FramedContext& context) : context_(context) {}

  void add(const FoundFrame& frame) {
    if (chain_.frames == 0 || can_stand_behind(last_in_order_, frame.version)) {
      take_strays();
      take_in_order(frame);
      return;
    }
    strays_.push_back(frame);
    if (strays_.size() > max_strays) begin_with_strays();
  }

  [[nodiscard]] std::vector<FrameChain> finish() {
    while (!strays_.empty()) begin_with_strays();
    close();
    return std::move(chains_);
  }

 private:
  void close() {
    drop_leading_copies();
    for (const FoundFrame& frame : leading_) chain_.versions.add(frame.version);
    if (chain_.frames > 0) chains_.push_back(std::move(chain_));
    chain_ = {};
    leading_.clear();
    disorder_ = 0;
  }

  void begin_with_strays() {
    close();
    for (const FoundFrame& frame : std::exchange(strays_, {})) add(frame);
  }

  void take_strays() {
    for (const FoundFrame& frame : std::exchange(strays_, {})) take(frame);
  }

  void take_in_order(const FoundFrame& frame) {
    chain_.low = chain_.low == 0 ? frame.version : std::min(chain_.low, frame.version);
    chain_.high = std::max(chain_.high, frame.version);
    disorder_ = std::max(disorder_, chain_.high - frame.version);
    last_in_order_ = frame.version;
    take(frame);
  }

  void take(const FoundFrame& frame) {
    if (chain_.frames == 0) chain_.offset = frame.offset;
    ++chain_.frames;
    chain_.end = frame.end();
    chain_.seen_before += context_.versions.contains(frame.version) ? 1 : 0;
    if (chain_.leading.size() < marked_frames) {
      chain_.leading.push_back({frame.version, frame.header.checksum});
    }
    // Of two frames of a version, the one among the first is a copy.
    const auto copy = std::ranges::find(leading_, frame.version, &FoundFrame::version);
    if (copy != leading_.end()) drop_leading(copy);
    if (chain_.frames > leading_frames) {
      chain_.versions.add(frame.version);
      return;
    }
    leading_.push_back(frame);
    chain_.leading_high = std::max(chain_.leading_high, frame.version);
  }

  // Copies that end a value in front of the log's own frames: the versions step further behind them
  // than they do in the rest of the chain.
  void drop_leading_copies() {
    if (leading_.empty() || is_clock_version(leading_.front().version)) return;
    const Version longest_step = 1 + 2 * std::max(disorder_, context_.disorder);
    for (auto frame = leading_.end() - 1; frame != leading_.begin(); --frame) {
      const auto before = frame - 1;
      if (frame->version > before->version + longest_step) return drop_leading(before);
    }
  }

  void drop_leading(std::vector<FoundFrame>::iterator last) {
    const auto count = last + 1 - leading_.begin();
    chain_.offset = last->end();
    chain_.frames -= static_cast<std::uint64_t>(count);
    chain_.leading.erase(chain_.leading.begin(), chain_.leading.begin() + count);
    leading_.erase(leading_.begin(), last + 1);
    chain_.leading_high = 0;
    for (const FoundFrame& frame : leading_) {
      chain_.leading_high = std::max(chain_.leading_high, frame.version);
    }
  }

  const FramedContext& context_;
  std::vector<FrameChain> chains_;
  FrameChain chain_;
  Version last_in_order_ = 0;
  Version disorder_ = 0;  // of the frames in order
  std::vector<FoundFrame> leading_;
  std::vector<FoundFrame> strays_;
};

}  // namespace

Result<std::vector<FrameChain>> chains_from(FrameProbe& probe, std::uint64_t offset,
                                            const FramedContext& context) {
  ChainBuilder chains(context);
  for (;;) {
    PERSIST_TRY_ASSIGN(const auto frame, probe.at(offset));
    if (!frame) return chains.finish();
    chains.add(*frame);
    offset = frame->end();
  }
}

}  // namespace persist::log
