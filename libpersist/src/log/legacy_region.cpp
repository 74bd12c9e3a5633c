#include "log/legacy_region.hpp"

#include <algorithm>
#include <cmath>

#include "log/legacy_coding.hpp"
#include "log/legacy_heads.hpp"
#include "log/legacy_lattice.hpp"

namespace persist::log {
namespace {

// What the readings are weighed with, in bits.
constexpr float damage_cost = 28.0F;       // that a sound record is followed by damage at all
constexpr float unexplained_cost = 10.0F;  // by damage that does not begin like a record
constexpr float tail_relief = 14.0F;       // at the file's end a torn write is nothing special
constexpr float stray_version_cost = 100.0F;
constexpr float repeated_version_cost = 25.0F;  // one version, keys not ascending: two commits
constexpr float same_commit_cost = 1.0F;
constexpr std::size_t zero_run_bytes = 3;

class RegionReader {
 public:
  RegionReader(const RegionQuestion& question, const std::vector<Candidate>& candidates,
               const LegacyModel& model, const VersionRanges& expected)
      : question_(question),
        bytes_(question.bytes),
        candidates_(candidates),
        model_(model),
        expected_(expected),
        coding_(bytes_, model),
        lattice_(2 * candidates.size() + 3) {}

  std::vector<RegionRecord> read() {
    weights_.reserve(candidates_.size());
    for (const Candidate& candidate : candidates_) weights_.push_back(weight_of(candidate));
    add_start();
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      add_gap_node(i);
      add_edges_behind(record_node(i), candidates_[i].end(), &candidates_[i]);
    }
    if (question_.ends_file)
      lattice_.add_edge(gap_node(candidates_.size()), end_node(), tail_relief);
    const std::vector<float> probabilities = lattice_.node_probabilities();
    std::vector<RegionRecord> records;
    if (probabilities.empty()) return records;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      records.push_back({candidates_[i], probabilities[record_node(i)]});
    }
    return records;
  }

 private:
  // Nodes in file order: the start, then for each candidate "in damage in front of it" and "it is a
  // record", then damage up to the end, and the end.
  [[nodiscard]] static std::size_t gap_node(std::size_t i) { return 1 + 2 * i; }
  [[nodiscard]] static std::size_t record_node(std::size_t i) { return 2 + 2 * i; }
  [[nodiscard]] std::size_t end_node() const { return 2 + 2 * candidates_.size(); }

  // Everything but the version, which is weighed against what is in front.
  float weight_of(const Candidate& candidate) const {
    float weight =
        model_.key_evidence(candidate.key(bytes_)) + model_.tag_evidence(candidate.shape.has_value);
    if (candidate.shape.has_value) {
      const std::size_t value_at =
          candidate.at + static_cast<std::size_t>(candidate.shape.value_at());
      weight += model_.value_length_evidence(candidate.shape.value_length);
      weight += coding_.as_value(value_at, candidate.end());
    }
    return weight;
  }

  float version_alone(const Candidate& candidate) const {
    if (!candidate.is_expected) return -stray_version_cost;
    return 8.0F * static_cast<float>(candidate.shape.version_length) +
           expected_.log2_probability(candidate.shape.version);
  }

  float version_behind(Version previous, ByteView previous_key, const Candidate& candidate) const {
    const Version version = candidate.shape.version;
    const float raw = 8.0F * static_cast<float>(candidate.shape.version_length);
    if (previous == 0) return candidate.is_expected ? version_alone(candidate) : 0.0F;
    if (version == previous && candidate.key(bytes_) > previous_key) return raw - same_commit_cost;
    if (version == previous) return version_alone(candidate) - repeated_version_cost;
    if (!candidate.is_expected) return -stray_version_cost;
    return std::max(raw + model_.step_log2_probability(previous, version),
                    version_alone(candidate)) -
           1.0F;
  }

  [[nodiscard]] std::size_t first_at_or_behind(std::size_t offset) const {
    const auto found = std::ranges::lower_bound(candidates_, offset, {}, &Candidate::at);
    return static_cast<std::size_t>(found - candidates_.begin());
  }

  void add_start() {
    if (question_.begins_in_damage) {
      enter_gap(0, 0, 0.0F);
      return;
    }
    add_edges_behind(0, 0, nullptr);
  }

  // In damage from `from` on; `weight` is what led there.
  void enter_gap(std::size_t node, std::size_t from, float weight) {
    const std::size_t next = first_at_or_behind(from);
    const std::size_t to = next < candidates_.size() ? candidates_[next].at : bytes_.size();
    if (next == candidates_.size() && !question_.ends_file) return;
    lattice_.add_edge(node, gap_node(next), weight + coding_.as_damage(from, to));
  }

  void add_gap_node(std::size_t i) {
    const Candidate& candidate = candidates_[i];
    lattice_.add_edge(gap_node(i), record_node(i), weights_[i] + version_alone(candidate));
    const std::size_t next = i + 1;
    if (next == candidates_.size() && !question_.ends_file) return;
    const std::size_t to = next < candidates_.size() ? candidates_[next].at : bytes_.size();
    lattice_.add_edge(gap_node(i), gap_node(next), coding_.as_damage(candidate.at, to));
  }

  // What can follow at `end` behind `last`, or at the region's start.
  void add_edges_behind(std::size_t node, std::size_t end, const Candidate* last) {
    if (end == bytes_.size()) {
      lattice_.add_edge(node, end_node(), 0.0F);
      return;
    }
    const Version version = last != nullptr ? last->shape.version : question_.previous_version;
    const ByteView key = last != nullptr ? last->key(bytes_) : question_.previous_key;
    const std::size_t next = first_at_or_behind(end);
    if (next < candidates_.size() && candidates_[next].at == end) {
      lattice_.add_edge(node, record_node(next),
                        weights_[next] + version_behind(version, key, candidates_[next]));
    }
    if (last != nullptr && is_completed_by_zeros(*last)) return;
    enter_gap(node, end, -damage_cost - unexplained_cost);
    add_damaged_record(node, end);
  }

  // A zero run that goes on behind a value's end began in front of it: that value is not whole.
  // A delete ends in a zero of its own.
  [[nodiscard]] bool is_completed_by_zeros(const Candidate& candidate) const {
    const std::size_t end = candidate.end();
    if (!candidate.shape.has_value || candidate.shape.value_length == 0) return false;
    if (bytes_[end - 1] != '\0' || end + zero_run_bytes > bytes_.size()) return false;
    return bytes_.substr(end, zero_run_bytes).find_first_not_of('\0') == ByteView::npos;
  }

  void add_damaged_record(std::size_t node, std::size_t at) {
    const ByteView rest = bytes_.substr(at);
    for (const DamagedHead& head : damaged_heads(rest, model_, expected_)) {
      enter_gap(node, at + head.length, head.evidence - damage_cost);
    }
    const std::vector<float> cut = cut_head_evidence(rest, model_);
    for (std::size_t next = first_at_or_behind(at + 1);
         next < candidates_.size() && candidates_[next].at <= at + cut.size(); ++next) {
      const float evidence = cut[candidates_[next].at - at - 1] - damage_cost;
      lattice_.add_edge(node, record_node(next),
                        evidence + weights_[next] + version_alone(candidates_[next]));
    }
    if (question_.ends_file && at + cut.size() >= bytes_.size() && !cut.empty()) {
      lattice_.add_edge(node, end_node(), cut[bytes_.size() - at - 1] - damage_cost + tail_relief);
    }
  }

  const RegionQuestion& question_;
  ByteView bytes_;
  const std::vector<Candidate>& candidates_;
  const LegacyModel& model_;
  const VersionRanges& expected_;
  ByteCoding coding_;
  Lattice lattice_;
  std::vector<float> weights_;
};

}  // namespace

std::vector<RegionRecord> read_region(const RegionQuestion& question,
                                      const std::vector<Candidate>& candidates,
                                      const LegacyModel& model, const VersionRanges& expected) {
  return RegionReader(question, candidates, model, expected).read();
}

}  // namespace persist::log
