// What a database should hold: the rows after each commit, and from which commit on it has promised
// to survive a power cut.
#pragma once

#include <map>
#include <optional>
#include <persist/formats/bytes.hpp>
#include <string>
#include <vector>

namespace persist::simulation {

using Rows = std::map<std::string, std::string>;

struct Change {
  std::string key;
  std::optional<std::string> value;  // none: a delete
};

[[nodiscard]] std::uint64_t hash_of(const Rows& rows);

class Model {
 public:
  Model();

  // A commit is about to be asked for: from now on its state may be found.
  void begin(const std::vector<Change>& changes);
  // It was acknowledged with this version.
  void acknowledge(Version version) { acknowledge(newest(), version); }
  // The same of a commit behind which others had begun.
  void acknowledge(std::size_t state, Version version);
  // Everything acknowledged so far survives from now on.
  void promise() { promised_ = acknowledged_; }
  // The process ended and what was not promised is gone: the promised state goes on as a new one.
  void forget_the_rest();

  // States are numbered in the order of commits; 0 is the empty database.
  [[nodiscard]] std::size_t newest() const noexcept { return states_.size() - 1; }
  [[nodiscard]] std::size_t promised() const noexcept { return promised_; }
  [[nodiscard]] const Rows& rows(std::size_t state) const { return states_[state].rows; }
  [[nodiscard]] const Rows& rows() const { return states_.back().rows; }
  // Of the commit that led to it; 0 when it was never acknowledged.
  [[nodiscard]] Version version(std::size_t state) const { return states_[state].version; }
  // The newest state from `first` to `last` with such rows.
  [[nodiscard]] std::optional<std::size_t> find(std::uint64_t rows_hash, std::size_t first,
                                                std::size_t last) const;
  // Whether these are the rows of state `first` with some of the commits up to `last`, each whole:
  // what a repair may bring back where a commit in between is lost.
  [[nodiscard]] bool has_some_commits(const Rows& found, std::size_t first, std::size_t last) const;

 private:
  struct State {
    std::vector<Change> changes;  // that led to it
    Rows rows;
    std::uint64_t hash = 0;
    Version version = 0;
  };
  std::vector<State> states_;
  std::size_t acknowledged_ = 0;
  std::size_t promised_ = 0;
};

}  // namespace persist::simulation
