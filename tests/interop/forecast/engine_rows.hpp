// The rows that a release shows after it loaded what a simulated start says it loads: its chains of
// versions, as far as they decide what a reader sees (formats/README.md, "Loading, release by
// release"). Here to be compared with the real engine's rows; the product needs none of it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "inspect/engines/loader.hpp"

namespace persist::test {

struct AppliedRecord {
  std::string key;
  Version version = 0;
  std::optional<std::string> value;
  auto operator<=>(const AppliedRecord&) const = default;
};

class EngineRows : public engines::Visitor {
 public:
  void on_entry(const engines::Entry& entry) final;
  void on_record(const engines::Record& record) final;

  struct Digest {
    std::uint64_t rows = 0;
    std::string fingerprint;
  };
  [[nodiscard]] Digest digest() const;

  // Every record of the log that was applied, in its order.
  [[nodiscard]] const std::vector<AppliedRecord>& applied() const noexcept { return applied_; }
  // What the snapshot gave last for each key.
  [[nodiscard]] const std::map<std::string, AppliedRecord>& loaded() const noexcept {
    return loaded_;
  }
  // A byte string was too long for the simulation to keep: the rows are not known.
  [[nodiscard]] bool is_incomplete() const noexcept { return is_incomplete_; }

 protected:
  struct Item {
    Version version = 0;
    std::optional<std::string> value;
  };
  virtual void load(const std::string& key, std::vector<Item> items) = 0;
  virtual void push(const std::string& key, Item item) = 0;
  [[nodiscard]] virtual std::map<std::string, std::string> rows() const = 0;

 private:
  std::optional<std::string> text(const engines::Bytes& bytes);

  std::vector<AppliedRecord> applied_;
  std::map<std::string, AppliedRecord> loaded_;
  bool is_incomplete_ = false;
};

[[nodiscard]] std::unique_ptr<EngineRows> make_engine_rows(ReleaseLine line, Version now);

}  // namespace persist::test
