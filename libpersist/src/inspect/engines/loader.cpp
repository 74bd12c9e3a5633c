#include "inspect/engines/loader.hpp"

#include <limits>
#include <persist/formats/lz4_frame.hpp>

namespace persist::engines {
namespace {

// Zeros decode: to deletes of an empty key at version 0, and to entries of an empty key without
// versions. No line's outcome depends on how many of them there are.
constexpr std::size_t zero_record_length_bytes = 3;
constexpr std::size_t zero_entry_length_bytes = 2;

}  // namespace

// An empty file is no snapshot.
void Loader::load() {
  const auto prepare = [this]() -> Step<void> {
    if (inputs_.snapshot == nullptr) return {};
    const auto info = inputs_.snapshot->info();
    if (!info) return std::unexpected(Stop{Stop::Kind::failed, {}, info.error()});
    if (info->size_bytes == 0) return {};
    const auto header_length = read_snapshot_header();
    if (!header_length) return std::unexpected(header_length.error());
    snapshot_header_length_ = *header_length;
    return read_snapshot([this](const Entry& entry) {
      apply_entry(entry);
      if (visitor_ != nullptr) visitor_->on_entry(entry);
    });
  };
  if (auto loaded = prepare(); !loaded) {
    stop_ = std::move(loaded).error();
    return;
  }
  if (covered()) hidden_.emplace(*covered(), true);
  advance();
}

// LZ4 is what starts with LZ4's magic; wherever the input ends, the snapshot does.
Step<void> Loader::read_snapshot(const EachEntry& each) {
  const std::uint64_t begin = snapshot_header_length_;
  auto source = plain_source(*inputs_.snapshot, begin, std::numeric_limits<std::uint64_t>::max(),
                             inputs_.should_stop);
  if (source->peek(formats::lz4_magic.size()).starts_with(formats::lz4_magic)) {
    source = lz4_source(*inputs_.snapshot, begin, inputs_.should_stop);
  }
  Decoder decoder(*source, Input::stream, limits_);
  for (;;) {
    if (visitor_ == nullptr) source->skip_zeros(zero_entry_length_bytes);
    const auto entry = decoder.take_entry();
    if (entry) {
      each(*entry);
    } else if (entry.error().kind == Stop::Kind::end_of_input) {
      return {};
    } else {
      return std::unexpected(entry.error());
    }
  }
}

Source& Loader::log() {
  if (!log_) log_ = plain_source(*inputs_.log, 0, inputs_.log_length, inputs_.should_stop);
  return *log_;
}

Step<std::optional<Unit>> Loader::replay_record() {
  const std::uint64_t offset = log().position();
  if (visitor_ == nullptr && log().skip_zeros(zero_record_length_bytes) > 0) {
    return Unit{offset, log().position()};
  }
  Decoder decoder(log(), Input::stream, limits_);
  const auto record = decoder.take_record();
  if (!record) {
    if (record.error().kind == Stop::Kind::end_of_input) return std::nullopt;
    return std::unexpected(record.error());
  }
  replay(*record);
  return Unit{offset, log().position()};
}

void Loader::replay(const Record& record) {
  apply_record(record);
  const bool is_skipped = covered() && record.version <= *covered();
  if (visitor_ != nullptr && !is_skipped) visitor_->on_record(record);
}

void Loader::advance() {
  if (log_is_played_ || stop_) return;
  unit_.reset();
  if (inputs_.log != nullptr && inputs_.log_length > 0) {
    auto unit = replay_next();
    if (!unit) {
      stop_ = std::move(unit).error();
      return;
    }
    unit_ = *unit;
  }
  log_is_played_ = !unit_;
}

bool Loader::applies(std::uint64_t offset, std::uint64_t end) {
  while (unit_ && unit_->offset < offset) advance();
  if (!unit_ || unit_->offset != offset) return false;
  while (unit_ && unit_->end < end) advance();
  return unit_ && unit_->end == end;
}

void Loader::account_for(const Commit& commit) {
  if (stop_) return;
  const bool applied = applies(commit.offset, commit.offset + commit.length);
  if (hidden_ && commit.version <= *covered()) {
    hidden_->add(commit);
  } else if (!applied || !is_visible(commit.version)) {
    ++commits_lost_;
  }
}

// The entries once more, now that it is known which commits depend on them. A value too long to be
// kept is taken for the right one.
Step<void> Loader::count_hidden() {
  if (!hidden_ || hidden_->is_empty()) return {};
  hidden_->begin_entries();
  const auto read = read_snapshot([this](const Entry& entry) {
    if (!entry.key.view || entry.items.empty()) return;
    const Entry::Item& item = entry.items.back();
    const bool is_unread = item.value && !item.value->view;
    const VersionedValue loaded{item.version, item.value ? item.value->view : std::nullopt};
    hidden_->compare(*entry.key.view, std::span(&loaded, is_unread ? 0 : 1));
  });
  if (read) commits_lost_ += hidden_->finish().commits;
  return read;
}

Result<EngineForecast> Loader::conclude() {
  while (!stop_ && !log_is_played_) advance();
  if (!stop_) {
    auto guarded = guard();
    if (guarded) guarded = count_hidden();
    if (!guarded) stop_ = std::move(guarded).error();
  }
  if (!stop_) return EngineForecast{line_, true, {}, commits_lost_, bytes_cut()};
  if (stop_->kind == Stop::Kind::failed) return std::unexpected(*stop_->error);
  return EngineForecast{line_, false, stop_->says, 0, 0};
}

std::unique_ptr<Loader> make_loader(ReleaseLine line, const Inputs& inputs, Visitor* visitor) {
  return log_format_of(line) == LogFormat::legacy ? make_legacy_loader(line, inputs, visitor)
                                                  : make_framed_loader(line, inputs, visitor);
}

}  // namespace persist::engines
