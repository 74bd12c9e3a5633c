// How a batch of commits goes through: see core.hpp for the order and why.
#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "engine/commit_encoder.hpp"
#include "engine/core.hpp"
#include "engine/out_of_memory.hpp"
#include "engine/version_clock.hpp"
#include "log/frame_limit.hpp"

namespace persist::engine {
namespace {

// A sync of more takes longer the more there is: then it is better to begin.
constexpr std::size_t bytes_that_wait_for_more = std::size_t{256} << 10U;
constexpr std::size_t largest_kept_buffer_bytes = std::size_t{8} << 20U;

}  // namespace

Result<Version> Core::commit(WriteSet& writes, const ReadSet* reads, Version read_version) {
  CommitRequest request{&writes, reads, read_version, Version{0}};
  queue_.run(request);
  return std::move(request.outcome);
}

// Everything that can refuse a commit, before anything of it is done: a commit of a batch that goes
// wrong on its own takes no other with it, and once one is logged it must not be told that it
// failed. So what takes memory is here.
bool Core::prepare(CommitQueue::Requests requests) noexcept {
  keys_ahead_.clear();
  for (const CommitRequest* const request : requests) {
    if (requests.size() > 1 || !is_searched_later(*request)) add_keys_ahead(*request->writes);
  }
  store_.look_ahead(keys_ahead_);
  for (CommitRequest* const request : requests) {
    apply_staged();
    try {
      request->outcome = stage(*request);
    } catch (const std::bad_alloc&) {
      request->outcome = out_of_memory();
    }
  }
  return chunk_.bytes.size() < bytes_that_wait_for_more;
}

void Core::add_keys_ahead(const WriteSet& writes) noexcept {
  for (const auto& [key, written] : writes.map()) {
    if (keys_ahead_.size() == max_keys_ahead) return;
    keys_ahead_.emplace_back(key);
  }
}

void Core::carry_out(CommitQueue::Requests batch) noexcept {
  if (chunk_.commits > 0) {
    if (const auto logged = log_batch(); logged) {
      publish_batch();
    } else {
      staged_.writes = nullptr;
      for (CommitRequest* const request : batch) {
        if (request->outcome) request->outcome = copy_of(logged.error());
      }
    }
  }
  start_chunk();
}

Result<> Core::log_batch() noexcept {
  if (!log_ || appender_) return {};
  return log_->append(chunk_.bytes, chunk_.last, syncs_batches(), [this] { apply_staged(); });
}

void Core::publish_batch() noexcept {
  apply_staged();
  published_.store(claimed_, std::memory_order_seq_cst);
  if (appender_) appender_->push(std::exchange(chunk_, {}));
  collect();
  publish_counts();
}

// The bytes' allocation is used again, but for one that a single large transaction needed.
void Core::start_chunk() noexcept {
  std::string bytes = std::move(chunk_.bytes);
  if (bytes.capacity() > largest_kept_buffer_bytes) bytes = {};
  bytes.clear();
  chunk_ = {.bytes = std::move(bytes)};
}

Result<Version> Core::stage(CommitRequest& request) {
  if (is_closed_) return fail(ErrorCode::closed, paths_.directory, "the database is closed");
  if (log_ && log_->has_failed()) return log_->refusal();
  PERSIST_TRY(validate(request));
  const Version version = next_version(options_.release_line, claimed_);
  if (version >= version_limit(options_.release_line)) {
    return fail(ErrorCode::limit, paths_.directory, "there is no version left");
  }
  changes_.make_room(request.writes->map().size());
  if (log_) PERSIST_TRY(encode(*request.writes, version));
  claimed_ = version;
  staged_.writes = request.writes;
  staged_.version = version;
  ++chunk_.commits;
  chunk_.last = version;
  return version;
}

// Nothing was committed since it began, and its keys are looked for when it goes into the store.
bool Core::is_searched_later(const CommitRequest& request) const noexcept {
  return syncs_batches() && request.read_version == claimed_;
}

// The first committer wins: nobody may have written the keys since they were read, those included
// whose commit is staged in this batch.
Result<> Core::validate(const CommitRequest& request) {
  staged_.is_searched = !is_searched_later(request);
  staged_.touched.clear();
  for (const auto& [key, written] : request.writes->map()) {
    KeyNode* const node = staged_.is_searched ? store_.seek(key) : nullptr;
    if (node != nullptr &&
        node->newest.load(std::memory_order_relaxed)->version > request.read_version) {
      return fail(ErrorCode::conflict, {}, "another transaction wrote one of the same keys first");
    }
    staged_.touched.push_back({node, node == nullptr ? store_.make_node(key) : nullptr});
    if (node == nullptr && staged_.touched.back().made == nullptr) {
      return fail(ErrorCode::no_memory, {}, "there is no memory for the keys");
    }
  }
  if (request.reads != nullptr && changes_.has_change_in(*request.reads, request.read_version)) {
    return fail(ErrorCode::conflict, {}, "another transaction wrote what this one had read");
  }
  return {};
}

Result<> Core::encode(const WriteSet& writes, Version version) {
  const LogFormat format = log_->format();
  if (format != LogFormat::legacy) {
    PERSIST_TRY(log::check_payload_fits(payload_bytes(writes, version), log_->path()));
  }
  const std::uint64_t counted_bytes = writes.queue_bytes();
  if (appender_ && !appender_->has_room(chunk_, counted_bytes)) {
    return fail(ErrorCode::queue_full, log_->path(), "the asynchronous queue has no room",
                "try again later");
  }
  PERSIST_TRY(append_commit(chunk_.bytes, writes, version, format));
  chunk_.counted_bytes += counted_bytes;
  return {};
}

// Into the store, above the published version: nobody sees it yet.
void Core::apply_staged() noexcept {
  WriteSet* const writes = std::exchange(staged_.writes, nullptr);
  if (writes == nullptr) return;
  if (!staged_.is_searched) {
    keys_ahead_.clear();
    add_keys_ahead(*writes);
    store_.look_ahead(keys_ahead_);
  }
  auto touched = staged_.touched.begin();
  for (auto& [key, written] : writes->map()) {
    ValueVersion* const value = written.release();
    value->version = staged_.version;
    KeyNode* node = touched->node != nullptr ? touched->node : store_.seek(key);
    if (node != nullptr) {
      value->older.store(node->newest.load(std::memory_order_relaxed), std::memory_order_relaxed);
      node->newest.store(value, std::memory_order_release);
    } else {
      touched->made->newest.store(value, std::memory_order_relaxed);
      node = &store_.insert(std::move(touched->made));
    }
    changes_.add(*node);
    ++touched;
  }
}

bool Core::syncs_batches() const noexcept {
  return log_ && !appender_ && options_.fsync_mode == FsyncMode::every_append;
}

// Under the turn. See ReaderRegistry for why the floor is stored before the pins are looked at.
void Core::collect() noexcept {
  const Version newest = published_.load(std::memory_order_relaxed);
  Version floor = newest - std::min(newest, options_.history_versions);
  // A snapshot cuts where the log ends, which asynchronous commits are ahead of.
  if (appender_) floor = std::min(floor, log_->position().version);
  floor = std::max(floor, oldest_readable_.load(std::memory_order_relaxed));
  oldest_readable_.store(floor, std::memory_order_seq_cst);
  const Version oldest_pinned =
      readers_.oldest_pinned().value_or(std::numeric_limits<Version>::max());
  changes_.collect(std::min(floor, oldest_pinned), newest, oldest_pinned);
  has_leftovers_.store(changes_.has_work(newest), std::memory_order_relaxed);
}

void Core::publish_counts() noexcept {
  const ChangeLog::Counts& counts = changes_.counts();
  key_count_.store(counts.keys, std::memory_order_relaxed);
  version_count_.store(counts.versions, std::memory_order_relaxed);
  data_bytes_.store(counts.data_bytes, std::memory_order_relaxed);
}

}  // namespace persist::engine
