// What a Transaction holds: the version it reads, and what it has written and read so far.
#pragma once

#include <persist/transaction.hpp>

#include "engine/core.hpp"

namespace persist {

struct Transaction::State {
  State(std::shared_ptr<engine::Core> owner, engine::ReaderRegistry::Pin held, bool writable,
        Isolation chosen) noexcept
      : core(std::move(owner)), pin(std::move(held)), is_writable(writable), isolation(chosen) {}
  ~State() { end(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Gives the version free. What only it needed goes.
  void end() noexcept {
    if (!pin.is_held()) return;
    end_without_collecting();
    core->collect_after_reader();
  }
  void end_without_collecting() noexcept {
    writes.clear();
    reads.clear();
    pin.release();
  }
  [[nodiscard]] bool tracks_reads() const noexcept {
    return is_writable && isolation == Isolation::serializable;
  }

  std::shared_ptr<engine::Core> core;
  engine::ReaderRegistry::Pin pin;  // held while the transaction is open
  bool is_writable;
  Isolation isolation;
  engine::WriteSet writes;
  engine::ReadSet reads;
};

}  // namespace persist
