#include <algorithm>
#include <persist/formats/frame.hpp>

#include "fuzz/mutator.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace persist::fuzz {
namespace {

using namespace formats;

// A header, a frame, or bytes that are neither.
struct Part {
  enum class Kind { header, frame, other };
  Kind kind = Kind::other;
  FrameVersion version = FrameVersion::v2;
  std::string bytes = {};  // of a frame: its payload
  std::uint64_t synced_to = 0;
};

std::string bytes_of(const Part& part) {
  std::string out;
  if (part.kind == Part::Kind::header) append_log_header(out, part.version);
  if (part.kind == Part::Kind::other) out = part.bytes;
  if (part.kind == Part::Kind::frame && !part.bytes.empty()) {
    append_frame(out, part.bytes, part.synced_to, part.version);
  }
  return out;
}

std::vector<Part> take_log_apart(ByteView log) {
  std::vector<Part> parts;
  const std::size_t header = std::min(log.find(log_magic), log.size());
  if (header > 0) parts.push_back({.bytes = std::string(log.substr(0, header))});
  log.remove_prefix(header);
  FrameVersion version = FrameVersion::v2;
  while (!log.empty()) {
    if (const auto found = decode_log_header(log)) {
      version = *found;
      parts.push_back({.kind = Part::Kind::header, .version = version});
      log.remove_prefix(log_header_length_bytes);
      continue;
    }
    const std::size_t start = frame_header_length_bytes(version);
    const auto frame = decode_frame_header(log, version);
    if (!frame || frame->payload_length > log.size() - start) break;
    parts.push_back({.kind = Part::Kind::frame,
                     .version = version,
                     .bytes = std::string(log.substr(start, frame->payload_length)),
                     .synced_to = frame->synced_to});
    log.remove_prefix(start + frame->payload_length);
  }
  if (!log.empty()) parts.push_back({.bytes = std::string(log)});
  return parts;
}

Version version_of(const Part& part) {
  std::vector<RecordView> records;
  const bool decodes = decode_payload(part.bytes, records).has_value();
  return decodes ? records.front().version : 0;
}

// A commit that follows the greatest one.
std::string next_payload(const std::vector<Part>& parts, Random& random) {
  Version version = 0;
  for (const Part& part : parts) version = std::max(version, version_of(part));
  std::string payload;
  const std::string key(1 + below(3, random), static_cast<char>('a' + below(26, random)));
  const std::string value(below(40, random), 'v');
  append_record(payload, {key, version + 1, value});
  if (below(2, random) == 0) append_record(payload, {key + "z", version + 1, std::nullopt});
  return payload;
}

// One field of one record, the rest of the payload as it was.
std::string mutate_record(const std::string& payload, Random& random) {
  std::vector<RecordView> records;
  if (!decode_payload(payload, records)) return mutate_bytes(payload, payload.size() + 16);
  RecordView& record = records[below(records.size(), random)];
  std::string text;
  switch (below(5, random)) {
    case 0:
      text = mutate_bytes(std::string(record.key), record.key.size() + 8);
      record.key = text;
      break;
    case 1:
      text = mutate_bytes(std::string(record.value.value_or("v")), 64);
      record.value = text;
      break;
    case 2:
      record.value.reset();
      break;
    case 3:
      std::swap(record, records.front());
      break;
    default: {
      const Version version = record.version + below(5, random) - 2;
      for (RecordView& each : records) each.version = version;
    }
  }
  std::string out;
  for (const RecordView& each : records) append_record(out, each);
  return out;
}

void mutate_part(Part& part, std::size_t room, Random& random) {
  if (part.kind == Part::Kind::header) {
    part.version = part.version == FrameVersion::v1 ? FrameVersion::v2 : FrameVersion::v1;
  } else if (part.kind == Part::Kind::other || below(3, random) == 0) {
    part.bytes = mutate_bytes(std::move(part.bytes), part.bytes.size() + room);
  } else if (below(8, random) == 0) {
    part.synced_to = below(1U << 16U, random);
  } else {
    part.bytes = mutate_record(part.bytes, random);
  }
}

void mutate_parts(std::vector<Part>& parts, std::size_t room, Random& random) {
  const auto at = parts.begin() + static_cast<std::ptrdiff_t>(below(parts.size(), random));
  switch (below(8, random)) {
    case 0:
      parts.erase(at);
      break;
    case 1:
      parts.insert(at, Part(*at));
      break;
    case 2:
      std::swap(*at, parts.front());
      break;
    case 3:
      parts.push_back({.kind = Part::Kind::frame,
                       .version = parts.back().version,
                       .bytes = next_payload(parts, random)});
      break;
    case 4: {  // the frame as it was before its checksum was made right
      std::string bytes = bytes_of(*at);
      *at = {.bytes = mutate_bytes(std::move(bytes), bytes.size() + room)};
      break;
    }
    default:
      mutate_part(*at, room, random);
  }
}

}  // namespace

std::string mutate_bytes(std::string bytes, std::size_t max_length) {
  const std::size_t length = std::min(bytes.size(), max_length);
  bytes.resize(std::max<std::size_t>(max_length, 1));
  bytes.resize(
      LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), length, bytes.size()));
  return bytes;
}

std::string mutate_log(ByteView log, std::size_t max_length, Random& random) {
  std::vector<Part> parts = take_log_apart(log);
  if (parts.empty()) {
    parts = {{.kind = Part::Kind::header}};
  } else {
    mutate_parts(parts, max_length - std::min(max_length, log.size()), random);
  }
  std::string out;
  for (const Part& part : parts) out += bytes_of(part);
  if (out.size() > max_length) out.resize(max_length);
  return out;
}

}  // namespace persist::fuzz
