// Lines 1.0 and 1.1: an optional legacy run, a header, frames. What ends incomplete is cut away.

#include <algorithm>
#include <limits>
#include <persist/formats/snapshot_header.hpp>

#include "format_text.hpp"
#include "inspect/engines/frames.hpp"
#include "inspect/engines/loader.hpp"

namespace persist::engines {
namespace {

constexpr std::uint64_t max_slice_bytes = std::numeric_limits<std::uint32_t>::max() - 8;

Step<std::optional<Unit>> refuses(const std::string& what) {
  return std::unexpected(refusal("AOL is corrupted: " + what));
}

class FramedLoader : public Loader {
 public:
  FramedLoader(ReleaseLine line, Version version_limit, const Inputs& inputs, Visitor* visitor)
      : Loader(line, inputs, max_slice_bytes, visitor), version_limit_(version_limit) {}

 protected:
  [[nodiscard]] virtual bool reads_format(std::uint8_t version) const = 0;
  // What becomes of a log with an invalid frame; the source stands behind it.
  [[nodiscard]] virtual Step<std::optional<Unit>> meet_invalid_frame() = 0;

  // Where the last whole record or frame ends: the log is cut there.
  [[nodiscard]] std::uint64_t valid_length() const noexcept { return valid_length_; }
  [[nodiscard]] formats::FrameVersion format() const noexcept { return *format_; }
  void raise_clock(Version version) noexcept { clock_ = std::max(clock_, version); }

 private:
  void apply_entry(const Entry& entry) override {
    if (entry.count > 0) raise_clock(entry.items.back().version);
  }
  void apply_record(const Record& record) override { raise_clock(record.version); }
  Step<std::optional<Unit>> replay_next() override;
  Step<void> guard() override;
  std::uint64_t bytes_cut() const override { return inputs().log_length - valid_length_; }

  [[nodiscard]] Step<std::optional<Unit>> replay_header();
  [[nodiscard]] Step<std::optional<Unit>> replay_frame();
  [[nodiscard]] Step<void> apply_payload(const FrameFound& frame);
  // Into records_; false when something is wrong with it, and the decoder has to say what.
  [[nodiscard]] bool decode_short(ByteView payload);

  Version version_limit_;
  Version clock_ = 0;
  std::uint64_t valid_length_ = 0;
  std::optional<formats::FrameVersion> format_;  // none before the header
  std::vector<RecordView> records_;
};

// Legacy records up to a byte that starts none, the header, frames.
Step<std::optional<Unit>> FramedLoader::replay_next() {
  if (format_) return replay_frame();
  const ByteView next = log().peek(1);
  if (log().read_error()) return std::unexpected(Stop{Stop::Kind::failed, {}, log().read_error()});
  if (next.starts_with(formats::header_first_byte)) return replay_header();
  if (next.empty()) return std::nullopt;
  auto unit = replay_record();
  if (unit && *unit) valid_length_ = (*unit)->end;
  return unit;
}

Step<std::optional<Unit>> FramedLoader::replay_header() {
  const std::uint64_t offset = log().position();
  const ByteView bytes = log().peek(formats::log_header_length_bytes);
  if (bytes.size() < formats::log_header_length_bytes) return std::nullopt;
  if (!bytes.starts_with(formats::log_magic)) {
    return refuses("the append-only log does not have a recognised header");
  }
  const auto version = static_cast<std::uint8_t>(bytes[formats::log_magic.size()]);
  if (!reads_format(version)) {
    return refuses(format_text(
        "the append-only log is of format version {}, which is not supported", version));
  }
  log().consume(formats::log_header_length_bytes);
  format_ = static_cast<formats::FrameVersion>(version);
  valid_length_ = log().position();
  return Unit{offset, valid_length_};
}

Step<std::optional<Unit>> FramedLoader::replay_frame() {
  const FrameFound frame = read_frame(log(), inputs().log_length, *format_);
  if (log().read_error()) return std::unexpected(Stop{Stop::Kind::failed, {}, log().read_error()});
  switch (frame.read) {
    case FrameRead::end:
    case FrameRead::incomplete:
      return std::nullopt;
    case FrameRead::invalid:
      return meet_invalid_frame();
    case FrameRead::valid:
      break;
  }
  if (auto applied = apply_payload(frame); !applied) return std::unexpected(applied.error());
  const Unit unit{valid_length_, log().position()};
  valid_length_ = unit.end;
  return unit;
}

// All records are decoded before the first is applied.
Step<void> FramedLoader::apply_payload(const FrameFound& frame) {
  if (frame.payload && decode_short(*frame.payload)) {
    for (const RecordView& record : records_) replay(as_engine_record(record));
    return {};
  }
  const std::uint64_t end = frame.payload_offset + frame.payload_length;
  for (const bool applies : {false, true}) {
    const auto payload =
        plain_source(*inputs().log, frame.payload_offset, end, inputs().should_stop);
    Decoder decoder(*payload, Input::slice, limits());
    while (payload->position() < end) {
      const auto record = decoder.take_record();
      if (!record) return std::unexpected(record.error());
      if (applies) replay(*record);
    }
  }
  return {};
}

bool FramedLoader::decode_short(ByteView payload) {
  records_.clear();
  formats::Cursor cursor(payload);
  while (cursor.remaining() > 0) {
    const auto record = formats::take_record(cursor);
    if (!record) return false;
    records_.push_back(*record);
  }
  return true;
}

Step<void> FramedLoader::guard() {
  if (clock_ < version_limit_) return {};
  return std::unexpected(
      refusal(format_text("Snapshot creation failed: persisted version {} exceeds the maximum "
                          "supported version",
                          clock_)));
}

class Engine10 final : public FramedLoader {
 public:
  Engine10(const Inputs& inputs, Visitor* visitor)
      : FramedLoader(ReleaseLine::v1_0, version_limit_0_27, inputs, visitor) {}

 private:
  bool reads_format(std::uint8_t version) const override { return version == 1; }

  // It is a torn tail unless the very next frame is valid.
  Step<std::optional<Unit>> meet_invalid_frame() override {
    const FrameFound next = read_frame(log(), inputs().log_length, format());
    if (next.read != FrameRead::valid) return std::nullopt;
    return refuses(
        format_text("the append-only log has a damaged frame at offset {} which is "
                    "followed by valid data",
                    valid_length()));
  }
};

class Engine11 final : public FramedLoader {
 public:
  Engine11(const Inputs& inputs, Visitor* visitor)
      : FramedLoader(ReleaseLine::v1_1, version_limit_1_1, inputs, visitor) {}

 private:
  bool reads_format(std::uint8_t version) const override { return version == 1 || version == 2; }
  std::optional<Version> covered() const override { return covered_; }

  // It is a torn tail unless the log had been synced past it.
  Step<std::optional<Unit>> meet_invalid_frame() override {
    if (!synced_past(log(), inputs().log_length, format(), valid_length())) return std::nullopt;
    return refuses(
        format_text("the append-only log has a damaged frame at offset {} which had been synced",
                    valid_length()));
  }

  Step<std::uint64_t> read_snapshot_header() override;

  std::optional<Version> covered_;
};

Step<std::uint64_t> Engine11::read_snapshot_header() {
  std::array<char, formats::snapshot_header_length_bytes> bytes{};
  const auto read = inputs().snapshot->read_at(0, bytes);
  if (!read) return std::unexpected(Stop{Stop::Kind::failed, {}, read.error()});
  const ByteView header(bytes.data(), *read);
  constexpr std::size_t magic_length = formats::snapshot_magic.size() + 1;
  if (!header.starts_with(formats::header_first_byte)) return 0;
  if (header.size() < magic_length || !header.starts_with(formats::snapshot_magic)) {
    return std::unexpected(
        refusal("AOL is corrupted: the snapshot does not have a recognised header"));
  }
  const char version = header[formats::snapshot_magic.size()];
  if (version != formats::snapshot_header_version) {
    return std::unexpected(refusal(format_text(
        "AOL is corrupted: the snapshot is of format version {}, which is not supported",
        static_cast<std::uint8_t>(version))));
  }
  if (header.size() < bytes.size()) {
    return std::unexpected(refusal("AOL is corrupted: the snapshot's header is cut short"));
  }
  covered_ = formats::load_little_endian<std::uint64_t>(header.data() + magic_length);
  raise_clock(*covered_);
  return header.size();
}

}  // namespace

std::unique_ptr<Loader> make_framed_loader(ReleaseLine line, const Inputs& inputs,
                                           Visitor* visitor) {
  if (line == ReleaseLine::v1_0) return std::make_unique<Engine10>(inputs, visitor);
  return std::make_unique<Engine11>(inputs, visitor);
}

}  // namespace persist::engines
