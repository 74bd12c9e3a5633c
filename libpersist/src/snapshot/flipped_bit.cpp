#include "snapshot/flipped_bit.hpp"

#include <array>
#include <bit>
#include <persist/formats/varint.hpp>
#include <vector>

namespace persist::snapshot {
namespace {

using formats::load_little_endian;

// XXH32, seed 0, after its specification.
constexpr std::uint32_t prime_1 = 0x9E37'79B1U;
constexpr std::uint32_t prime_2 = 0x85EB'CA77U;
constexpr std::uint32_t prime_3 = 0xC2B2'AE3DU;
constexpr std::uint32_t prime_4 = 0x27D4'EB2FU;
constexpr std::uint32_t prime_5 = 0x1656'67B1U;
constexpr std::size_t lanes = 4;
constexpr std::size_t word_bytes = 4;
constexpr std::size_t stripe_bytes = lanes * word_bytes;
constexpr std::array<std::uint32_t, lanes> lane_starts{prime_1 + prime_2, prime_2, 0, 0U - prime_1};
constexpr std::array<int, lanes> lane_rotations{1, 7, 12, 18};

// What an odd number has to be multiplied by to give 1.
constexpr std::uint32_t inverse_of(std::uint32_t odd) noexcept {
  std::uint32_t inverse = odd;
  for (int i = 0; i < 4; ++i) inverse *= 2U - odd * inverse;
  return inverse;
}
static_assert(prime_1 * inverse_of(prime_1) == 1 && prime_5 * inverse_of(prime_5) == 1);

// A step takes a word into a state: rotate(state + word * in, by) * out.
struct StepKind {
  std::uint32_t in;
  int by;
  std::uint32_t out;

  [[nodiscard]] constexpr std::uint32_t take(std::uint32_t state,
                                             std::uint32_t word) const noexcept {
    return std::rotl(state + word * in, by) * out;
  }
  [[nodiscard]] constexpr std::uint32_t undo(std::uint32_t state,
                                             std::uint32_t word) const noexcept {
    return std::rotr(state * inverse_of(out), by) - word * in;
  }
  // The word that leads from one state to the other.
  [[nodiscard]] constexpr std::uint32_t word_between(std::uint32_t before,
                                                     std::uint32_t after) const noexcept {
    return (std::rotr(after * inverse_of(out), by) - before) * inverse_of(in);
  }
};
constexpr StepKind lane_step{prime_2, 13, prime_1};
constexpr StepKind word_step{prime_3, 17, prime_4};
constexpr StepKind byte_step{prime_5, 11, prime_1};

constexpr std::uint32_t undo_shift(std::uint32_t value, int by) noexcept {
  std::uint32_t result = value;
  for (int shift = by; shift < 32; shift += by) result = value ^ (result >> by);
  return result;
}

// The state from which the last scrambling makes this checksum.
constexpr std::uint32_t undo_scrambling(std::uint32_t checksum) noexcept {
  std::uint32_t state = undo_shift(checksum, 16) * inverse_of(prime_3);
  state = undo_shift(state, 13) * inverse_of(prime_2);
  return undo_shift(state, 15);
}

class Search {
 public:
  explicit Search(ByteView bytes) : bytes_(bytes), stripes_(bytes.size() / stripe_bytes) {}

  std::optional<BitPosition> run(std::uint32_t right_checksum) {
    std::array<std::uint32_t, lanes> ends{};
    for (std::size_t lane = 0; lane < lanes; ++lane) ends[lane] = walk_lane(lane).back();
    const auto merged = static_cast<std::uint32_t>(bytes_.size()) + merge(ends);
    const std::uint32_t right_merged = search_tail(merged, undo_scrambling(right_checksum));
    if (stripes_ > 0) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::uint32_t rotated =
            right_merged - merged + std::rotl(ends[lane], lane_rotations[lane]);
        search_lane(lane, std::rotr(rotated, lane_rotations[lane]));
      }
    }
    return is_ambiguous_ ? std::nullopt : found_;
  }

 private:
  struct TailStep {
    StepKind kind;
    std::size_t at;
    std::uint32_t word;
  };

  [[nodiscard]] std::uint32_t merge(const std::array<std::uint32_t, lanes>& ends) const noexcept {
    if (stripes_ == 0) return prime_5;
    std::uint32_t sum = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      sum += std::rotl(ends[lane], lane_rotations[lane]);
    }
    return sum;
  }

  [[nodiscard]] std::size_t offset_of(std::size_t stripe, std::size_t lane) const noexcept {
    return stripe * stripe_bytes + lane * word_bytes;
  }
  [[nodiscard]] std::uint32_t word_at(std::size_t at) const noexcept {
    return load_little_endian<std::uint32_t>(bytes_.data() + at);
  }

  // A lane's states: before the first stripe, and after each.
  std::vector<std::uint32_t> walk_lane(std::size_t lane) const {
    std::vector<std::uint32_t> states{lane_starts[lane]};
    states.reserve(stripes_ + 1);
    for (std::size_t stripe = 0; stripe < stripes_; ++stripe) {
      states.push_back(lane_step.take(states.back(), word_at(offset_of(stripe, lane))));
    }
    return states;
  }

  void search_lane(std::size_t lane, std::uint32_t right_end) {
    const std::vector<std::uint32_t> states = walk_lane(lane);
    std::uint32_t right = right_end;
    for (std::size_t stripe = stripes_; stripe-- > 0;) {
      const std::size_t at = offset_of(stripe, lane);
      const std::uint32_t word = word_at(at);
      consider(at, word, lane_step.word_between(states[stripe], right));
      right = lane_step.undo(right, word);
    }
  }

  // The bytes behind the last stripe. Returns the state before them that leads to `right_end`.
  std::uint32_t search_tail(std::uint32_t state, std::uint32_t right_end) {
    std::vector<TailStep> steps;
    std::vector<std::uint32_t> states;
    std::size_t at = stripes_ * stripe_bytes;
    while (at < bytes_.size()) {
      const bool is_word = bytes_.size() - at >= word_bytes;
      const std::uint32_t word = is_word ? word_at(at) : static_cast<unsigned char>(bytes_[at]);
      steps.push_back({is_word ? word_step : byte_step, at, word});
      states.push_back(state);
      state = steps.back().kind.take(state, word);
      at += is_word ? word_bytes : 1;
    }
    std::uint32_t right = right_end;
    for (std::size_t i = steps.size(); i-- > 0;) {
      const TailStep& step = steps[i];
      const std::uint32_t wanted = step.kind.word_between(states[i], right);
      if (step.kind.in == word_step.in || wanted < 256) consider(step.at, step.word, wanted);
      right = step.kind.undo(right, step.word);
    }
    return right;
  }

  void consider(std::size_t at, std::uint32_t is, std::uint32_t wanted) noexcept {
    const std::uint32_t difference = is ^ wanted;
    if (!std::has_single_bit(difference)) return;
    const auto bit = static_cast<unsigned>(std::countr_zero(difference));
    is_ambiguous_ = found_.has_value();
    found_ = BitPosition{at + bit / 8, static_cast<unsigned char>(1U << (bit % 8))};
  }

  ByteView bytes_;
  std::size_t stripes_;
  std::optional<BitPosition> found_;
  bool is_ambiguous_ = false;
};

}  // namespace

std::optional<BitPosition> find_flipped_bit(ByteView bytes, std::uint32_t right_checksum) {
  return Search(bytes).run(right_checksum);
}

}  // namespace persist::snapshot
