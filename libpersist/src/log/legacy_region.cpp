#include "log/legacy_region.hpp"

#include <algorithm>

#include "log/legacy_ends.hpp"
#include "log/legacy_headers.hpp"
#include "log/legacy_lattice.hpp"
#include "log/legacy_nested.hpp"
#include "log/legacy_pruning.hpp"
#include "log/legacy_torn_end.hpp"

namespace persist::log {
namespace {

// Logs of prior probabilities, in bits: 10 bits are one in a thousand. How often damage does what
// they are about is not known, so they were tuned with tests/recovery/recovery_trial, over logs of
// both release lines and all kinds of damage: change one only with its figures of several seeds,
// before and after.
constexpr float tail_relief = 14.0F;      // at the file's end a torn write is nothing special
constexpr float trailing_relief = 26.0F;  // or one that anything was appended to
constexpr float overrun_cost = 20.0F;
constexpr float cut_anywhere_cost = 5.0F;    // of all the places where a head can be cut
constexpr float changed_length_cost = 8.0F;  // that it is just this byte
constexpr float bits_of_sure_byte = 8.0F;
constexpr float start_relief = 10.0F;  // a log may have lost its beginning
constexpr std::size_t compared_key_lengths = 8;

class RegionReader {
 public:
  RegionReader(const RegionQuestion& question, const std::vector<Candidate>& starts,
               const LegacyModel& model, const VersionRanges& expected)
      : question_(question),
        bytes_(question.bytes),
        model_(model),
        expected_(expected),
        byte_scores_(bytes_, model),
        weights_(bytes_, model, expected, byte_scores_),
        ends_(bytes_, model, byte_scores_),
        starts_(prune(
            {bytes_, question.begins_in_damage, model.commonest_key_lengths(compared_key_lengths),
             question.ends_file ? trailing_relief : 0.0F, question.prunes},
            starts, model, byte_scores_, weights_)),
        lattice_(2 * starts_.size() + 3) {
    if (!model_.has_nested_records()) return;
    weigh_nested(byte_scores_, ends_, starts_);
    if (question_.ends_file) lead_to_end_ = lead_to_end(bytes_, starts_, expected_);
  }

  std::vector<RegionRecord> read() {
    find_pieces();
    ends_are_foreign_ = are_ends_foreign();
    if (question_.begins_in_damage) {
      enter_gap(0, 0, 0.0F);
    } else {
      add_edges_behind(0, 0, nullptr);
    }
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      add_gap_node(i);
      add_edges_behind(record_node(i), starts_[i].start.end(), &starts_[i].start);
    }
    if (may_end_in_damage()) {
      lattice_.add_edge(gap_node(starts_.size()), end_node(),
                        question_.ends_file ? tail_relief : 0.0F);
    }
    const std::vector<float> probabilities = lattice_.posteriors();
    std::vector<RegionRecord> records;

    if (probabilities.empty()) return records;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      records.push_back({starts_[i].start, probabilities[record_node(i)]});
    }
    return records;
  }

 private:
  // Nodes in file order: the start, then for each place where a record can start "in damage in
  // front of it" and "it is a record", then damage up to the end, and the end.
  [[nodiscard]] static std::size_t gap_node(std::size_t i) { return 1 + 2 * i; }
  [[nodiscard]] static std::size_t record_node(std::size_t i) { return 2 + 2 * i; }
  [[nodiscard]] std::size_t end_node() const { return 2 + 2 * starts_.size(); }

  // At the log's end, or where the region ends and the damage does not.
  [[nodiscard]] bool may_end_in_damage() const {
    return question_.ends_file || question_.ends_in_damage;
  }

  // Whether values here often end in bytes unlike those of most values.
  bool are_ends_foreign() const {
    std::size_t values = 1;
    std::size_t foreign = 0;
    std::size_t chain = 0;
    for (const auto& [start, weight] : starts_) {
      if (start.is_headless || start.shape.value_length == 0 || start.at < chain) continue;
      const std::size_t next = first_at_or_behind(start.end());
      if (next == starts_.size() || at(next) != start.end()) continue;
      chain = start.end();
      ++values;
      const std::size_t value_at = start.at + static_cast<std::size_t>(start.shape.value_at());
      if (byte_scores_.is_overrun(value_at, start.end())) ++foreign;
    }
    return foreign * 10 >= values;
  }

  [[nodiscard]] std::size_t at(std::size_t i) const { return starts_[i].start.at; }

  [[nodiscard]] float entry(std::size_t i) const {
    const bool may_be_copy = lead_to_end_.empty() || !lead_to_end_[i];
    return weights_.entry(starts_[i].start, starts_[i].weight, may_be_copy);
  }

  [[nodiscard]] std::size_t first_at_or_behind(std::size_t offset) const {
    return log::first_at_or_behind(starts_, offset);
  }

  struct PieceInFront {
    std::size_t at = 0;
    std::size_t start = 0;  // index
  };

  void find_pieces() {
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      const HeadPiece& piece = starts_[i].weight.piece;
      if (piece.length > 0) pieces_.push_back({at(i) - piece.length, i});
    }
    std::ranges::stable_sort(pieces_, {}, &PieceInFront::at);
  }

  // In damage from `from` on; `weight` is what led there.
  void enter_gap(std::size_t node, std::size_t from, float weight) {
    const std::size_t next = first_at_or_behind(from);
    const auto change = byte_scores_.change_at(from);
    // Bytes of another kind are no surprise here, but only once they are passed.
    const std::size_t behind = change ? first_at_or_behind(*change + 1) : next;
    if (behind != next) add_gap_edge(node, next, from, weight);
    add_gap_edge(node, behind, from, weight + (change ? ByteScores::change_cost : 0.0F));
  }

  void add_gap_edge(std::size_t node, std::size_t next, std::size_t from, float weight) {
    if (next == starts_.size() && !may_end_in_damage()) return;
    const std::size_t to = next < starts_.size() ? at(next) : bytes_.size();
    lattice_.add_edge(node, gap_node(next), weight + byte_scores_.of(from, to));
    add_pieces(node, from, to, weight);
  }

  // Damage that ends in [from, to), within a key or in front of a head that was cut.
  void add_pieces(std::size_t node, std::size_t from, std::size_t to, float weight) {
    for (auto piece = std::ranges::lower_bound(pieces_, from, {}, &PieceInFront::at);
         piece != pieces_.end() && piece->at < to; ++piece) {
      add_piece(node, *piece, weight + byte_scores_.of(from, piece->at));
    }
  }

  void add_piece(std::size_t node, const PieceInFront& piece, float weight) {
    lattice_.add_edge(node, record_node(piece.start),
                      weight + starts_[piece.start].weight.piece.weight + entry(piece.start));
  }

  void add_gap_node(std::size_t i) {
    lattice_.add_edge(gap_node(i), record_node(i), entry(i));
    const std::size_t next = i + 1;
    if (next == starts_.size() && !may_end_in_damage()) return;
    const std::size_t to = next < starts_.size() ? at(next) : bytes_.size();
    lattice_.add_edge(gap_node(i), gap_node(next), byte_scores_.of(at(i), to));
    add_pieces(gap_node(i), at(i), to, 0.0F);
    add_torn_behind_damage(gap_node(i), i, 0.0F);
  }

  // A record behind damage whose head can be read, with damage in its value; `weight` is what led
  // to it.
  void add_torn_behind_damage(std::size_t node, std::size_t i, float weight) {
    const auto& [start, own] = starts_[i];
    if (start.is_headless || !start.shape.has_value || start.shape.value_length == 0) return;
    enter_gap(node, start.at + static_cast<std::size_t>(start.shape.value_at()),
              weight + weights_.torn_entry(start, own));
  }

  // What can follow at `end` behind `last`, or at the region's start.
  void add_edges_behind(std::size_t node, std::size_t end, const Candidate* last) {
    if (end == bytes_.size()) {
      lattice_.add_edge(node, end_node(), 0.0F);
      return;
    }
    Front front{question_.previous_version, question_.previous_key};
    if (last != nullptr) {
      front = {last->shape.version, last->is_headless ? ByteView() : last->key(bytes_)};
    }
    for (std::size_t next = first_at_or_behind(end); next < starts_.size() && at(next) == end;
         ++next) {
      const auto& [start, own] = starts_[next];
      if (start.is_headless) continue;
      lattice_.add_edge(
          node, record_node(next),
          own.own + weights_.version_behind(front, start.shape.version, start.key(bytes_)));
    }
    const bool is_file_start = last == nullptr && question_.previous_version == 0;
    const float zeros = last != nullptr ? ends_.cost_of_zeros(*last) : 0.0F;
    const float cost = damage_cost + zeros - (is_file_start ? start_relief : 0.0F);
    if (last != nullptr && !ends_are_foreign_ && ends_.is_overrun(*last)) {
      add_torn_tail(node, end, cost + overrun_cost);
      add_torn_value(node, end, front, cost + overrun_cost);
      add_damaged_heads(node, end, front, cost, true);
      return;
    }
    enter_unexplained(node, end, last,
                      cost + (is_file_start ? 0.0F : ends_.unexplained_cost(last)));
    add_damaged_record(node, end, front, cost);
    add_torn_tail(node, end, cost);
    add_torn_value(node, end, front, cost);
  }

  void enter_unexplained(std::size_t node, std::size_t end, const Candidate* last, float cost) {
    const bool is_run = byte_scores_.is_run_at(end) || ends_.is_delete_before_zeros(last);
    enter_gap(node, end, (is_run ? ByteScores::change_cost : 0.0F) - cost);
    if (question_.ends_file && last != nullptr && !last->is_headless) {
      const bool is_filled = is_run || ends_.is_zeros_at(end);
      const bool is_twice = !is_filled && repeats_front(bytes_, end);
      const float score = is_twice && !begins_records(end)
                              ? bits_of_sure_byte * static_cast<float>(bytes_.size() - end)
                              : byte_scores_.of_fresh(end, bytes_.size());
      const bool is_appended = is_filled || is_twice || !ends_.is_like_values(end);
      const float relief = is_appended ? trailing_relief + ends_.unexplained_cost(last) : 0.0F;
      lattice_.add_edge(node, end_node(), score + relief - cost);
    }
  }

  // Whether a record begins at `at` that others follow, up to the end.
  [[nodiscard]] bool begins_records(std::size_t at) const {
    while (at < bytes_.size()) {
      std::size_t i = first_at_or_behind(at);
      while (i < starts_.size() && this->at(i) == at && starts_[i].start.is_headless) ++i;
      if (i == starts_.size() || this->at(i) != at) return false;
      at = starts_[i].start.end();
    }
    return at == bytes_.size();
  }

  // A record whose head can be read, more or less; `only_vouching`: so far that it vouches for the
  // record in front of it. Damage in its first byte may have begun in that record.
  void add_damaged_heads(std::size_t node, std::size_t at, const Front& front, float cost,
                         bool only_vouching) {
    const ByteView rest = bytes_.substr(at);
    const float whole = ends_.is_of_one_byte(at) ? ByteScores::change_cost : 0.0F;
    for (const DamagedHeader& head : damaged_headers(rest, model_, expected_)) {
      if (head.length > rest.size()) continue;
      if (only_vouching && (!head.version || head.has_altered_key_length)) continue;
      float version = 0.0F;
      if (head.version) version = weights_.version_behind(front, *head.version, *head.key);
      if (head.has_altered_version)
        version = weights_.version_alone(expected_.ranges().front().low);
      enter_gap(node, at + head.length, head.evidence + version - whole - cost);
    }
  }

  void add_damaged_record(std::size_t node, std::size_t at, const Front& front, float cost) {
    add_damaged_heads(node, at, front, cost, false);
    const std::vector<float> cut = cut_head_evidence(bytes_.substr(at), model_, expected_);
    for (std::size_t next = first_at_or_behind(at + 1);
         next < starts_.size() && this->at(next) <= at + cut.size(); ++next) {
      const float weight = cut[this->at(next) - at - 1] - cost;
      lattice_.add_edge(node, record_node(next), weight + entry(next));
      add_torn_behind_damage(node, next, weight);
    }
    add_pieces_behind_cut(node, at, cut, cost);
    add_records_without_length(node, at, front, cost);
    // Cut, and foreign bytes behind the cut.
    for (auto run = std::ranges::upper_bound(byte_scores_.runs(), at);
         run != byte_scores_.runs().end() && *run <= at + cut.size(); ++run) {
      enter_gap(node, *run, cut[*run - at - 1] - cost);
    }
    add_cut_in_gap(node, at, cut, cost);
  }

  // The start of a record that the file's end cuts.
  void add_torn_tail(std::size_t node, std::size_t at, float cost) {
    if (!question_.ends_file) return;
    const std::vector<float> cut = cut_head_evidence(bytes_.substr(at), model_, expected_);
    if (cut.empty() || at + cut.size() < bytes_.size()) return;
    lattice_.add_edge(node, end_node(), cut[bytes_.size() - at - 1] - cost + tail_relief);
  }

  // The log's end cuts a value that holds what looks like records: all that follows is explained,
  // as well as it could be, when none of them goes on from the torn record.
  void add_torn_value(std::size_t node, std::size_t at, const Front& front, float cost) {
    if (!question_.ends_file || !model_.has_nested_records()) return;
    const auto head = head_of_torn_value(bytes_, at, model_, expected_);
    if (!head || goes_on_behind(at + head->length, *head->version)) return;
    const std::size_t data_end = end_of_data(bytes_);
    const float value = bits_of_sure_byte * static_cast<float>(data_end - at - head->length);
    const float version = weights_.version_behind(front, *head->version, *head->key);
    lattice_.add_edge(node, end_node(),
                      head->evidence + version + tail_relief - cost + value +
                          byte_scores_.of(data_end, bytes_.size()));
  }

  // Whether a record behind `from` can be of a later commit than `version`, or ends where the log
  // does.
  [[nodiscard]] bool goes_on_behind(std::size_t from, Version version) const {
    for (std::size_t i = first_at_or_behind(from); i < starts_.size(); ++i) {
      const Version later = starts_[i].start.shape.version;
      if (starts_[i].start.is_headless) continue;
      if (lead_to_end_[i] || (later > version && !expected_.is_taken(later))) return true;
    }
    return false;
  }

  // Cut, and what is left of another one's head right behind the cut.
  void add_pieces_behind_cut(std::size_t node, std::size_t at, const std::vector<float>& cut,
                             float cost) {
    for (auto piece = std::ranges::upper_bound(pieces_, at, {}, &PieceInFront::at);
         piece != pieces_.end() && piece->at <= at + cut.size(); ++piece) {
      add_piece(node, *piece, cut[piece->at - at - 1] - cost);
    }
  }

  // Records of which only the key's length is damaged: where the rest of the head is tells it.
  void add_records_without_length(std::size_t node, std::size_t at, const Front& front,
                                  float cost) {
    const std::size_t most = at + 1 + formats::varint_single_byte_max;
    for (std::size_t i = first_at_or_behind(at + 1); i < starts_.size() && this->at(i) <= most;
         ++i) {
      const auto& [start, own] = starts_[i];
      if (!start.is_headless) continue;
      const ByteView key = bytes_.substr(at + 1, start.at - at - 1);
      if (!weights_.is_met_key_length(key.size())) continue;
      lattice_.add_edge(node, record_node(i),
                        own.own + model_.headless_cost() + model_.key_evidence(key) -
                            changed_length_cost - cost +
                            weights_.version_behind(front, start.shape.version, key));
    }
  }

  // Cut where the bytes stop to look like a head's, with any bytes behind.
  void add_cut_in_gap(std::size_t node, std::size_t at, const std::vector<float>& cut, float cost) {
    std::size_t best = 0;
    float most = 0.0F;
    for (std::size_t length = 1; length <= cut.size() && at + length < bytes_.size(); ++length) {
      const float gain = cut[length - 1] - byte_scores_.of(at, at + length);
      if (gain <= most) continue;
      most = gain;
      best = length;
    }
    if (best > 0) enter_gap(node, at + best, cut[best - 1] - cost - cut_anywhere_cost);
  }

  const RegionQuestion& question_;
  ByteView bytes_;
  const LegacyModel& model_;
  const VersionRanges& expected_;
  ByteScores byte_scores_;
  RecordWeights weights_;
  RecordEnds ends_;
  std::vector<WeighedStart> starts_;
  std::vector<bool> lead_to_end_;     // by start; empty where it tells nothing
  std::vector<PieceInFront> pieces_;  // ascending
  Lattice lattice_;
  bool ends_are_foreign_ = false;
};

// Places in file order; of two at one offset the record with its head comes last, so that damage in
// front of either leads to both.
std::vector<Candidate> merged(const std::vector<Candidate>& records,
                              const std::vector<Candidate>& headless) {
  std::vector<Candidate> all(records.size() + headless.size());
  std::ranges::merge(headless, records, all.begin(), {}, &Candidate::at, &Candidate::at);
  return all;
}

}  // namespace

std::vector<RegionRecord> read_region(const RegionQuestion& question,
                                      const std::vector<Candidate>& candidates,
                                      const LegacyModel& model, const VersionRanges& expected) {
  std::vector<Candidate> starts = merged(candidates, find_headless(question.bytes, expected));
  if (model.has_nested_records()) {
    leave_out_nested(question, candidates, model, expected, starts);
  }
  return RegionReader(question, starts, model, expected).read();
}

}  // namespace persist::log
