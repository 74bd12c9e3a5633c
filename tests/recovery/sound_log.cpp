#include "recovery/sound_log.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <persist/formats/record.hpp>

namespace persist::recovery {
namespace {

constexpr std::array words{"alpha", "bravo",      "charlie",   "delta", "echo", "foxtrot",
                           "golf",  "{\"name\":", "\"city\":", "}",     ",",    " "};

std::string text(Random& random, std::size_t length) {
  std::string out;
  while (out.size() < length) {
    out += words[random.below(words.size())];
    out += std::to_string(random.below(1000));
  }
  out.resize(length);
  return out;
}

std::string big_endian(std::uint64_t number) {
  std::string out(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) out[7 - i] = static_cast<char>(number >> (8 * i));
  return out;
}

std::string user_key(std::uint64_t index) {
  std::string digits = std::to_string(index);
  return "user:" + std::string(12 - digits.size(), '0') + digits;
}

// Always the same for an index.
std::string key_of(Shape shape, std::uint64_t index) {
  Random own(index * 7919 + 1);
  switch (shape) {
    case Shape::text:
    case Shape::logs:
    case Shape::big:
      return user_key(index);
    case Shape::binary:
      return index == 0 ? std::string() : big_endian(index) + own.bytes(index % 7);
    case Shape::long_keys:
      return own.bytes(251 + own.below(2000)) + big_endian(index);
    case Shape::random:
      return own.bytes(1 + own.below(40));
    case Shape::single:
      return std::string(index / 256 + 1, static_cast<char>(index));
    case Shape::words:
      return text(own, 3 + own.below(30)) + std::to_string(index);
    case Shape::tables: {
      std::string key("/*\0\0\0\1*\0\0\0\1*", 12);
      key += index % 3 == 0 ? "person" : index % 3 == 1 ? "item" : "event_log";
      key.push_back('\0');
      key += "\2\x80";
      return key + big_endian(index).substr(1);
    }
  }
  return {};
}

std::string nested_log(Random& random, Line line, std::size_t most) {
  std::string out;
  const std::uint64_t first = line == Line::clock && random.one_in(2) ? 1'790'000'000'000'000'000U
                                                                      : random.between(1, 2000);
  const std::size_t count = 1 + random.below(4);
  for (std::size_t n = 0; n < count; ++n) {
    std::uint64_t index = random.below(50);
    for (std::size_t i = 1 + random.below(3); i > 0; --i) {
      const std::string key = user_key(index);
      const std::string value = text(random, random.below(most / 8 + 1));
      formats::append_record(
          out, {key, first + n, random.one_in(2) ? std::nullopt : std::optional<ByteView>(value)});
      index += 1 + random.below(4);
    }
  }
  if (random.one_in(4)) out.resize(random.below(out.size() + 1));
  if (out.size() > most) out.resize(most);
  return out;
}

std::string value_of(const LogRecipe& recipe, Random& random) {
  switch (recipe.shape) {
    case Shape::text:
    case Shape::words:
      return text(random, random.below(90));
    case Shape::binary:
      return random.bytes(random.below(300));
    case Shape::long_keys: {
      constexpr std::array<std::size_t, 6> lengths{250, 251, 252, 100, 3000, 65536};
      return random.bytes(lengths[random.below(random.one_in(20) ? 6 : 5)]);
    }
    case Shape::random:
      return random.bytes(random.below(400) >> random.below(8));
    case Shape::single:
      return std::string(random.below(90), static_cast<char>(random.next()));
    case Shape::logs:
      return nested_log(random, recipe.line, 600);
    case Shape::big:
      return text(random, 8000 + random.below(4000));
    case Shape::tables: {
      std::string out("\1\4", 2);
      out += "\4name\4";
      const std::string name = text(random, 4 + random.below(12));
      out.push_back(static_cast<char>(name.size()));
      out += name;
      out += std::string("\3age\3\1", 6);
      out.push_back(static_cast<char>(random.below(100)));
      out += std::string("\5score\3\2", 8) + random.bytes(8);
      return out;
    }
  }
  return {};
}

// Versions in the order in which the commits reach the log.
std::vector<std::uint64_t> versions_of(const LogRecipe& recipe, Random& random) {
  std::vector<std::uint64_t> versions;
  std::uint64_t version = recipe.line == Line::clock ? 1'795'357'562'806'745'710U
                          : random.one_in(2)         ? 0
                                                     : random.below(70000);
  for (std::size_t i = 0; i < recipe.commits; ++i) {
    version +=
        recipe.line == Line::counter ? 1 : 2000 + random.below(10000) * (1 + random.below(4));
    versions.push_back(version);
  }
  if (recipe.writers > 1) {
    for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
      const std::size_t last = std::min(versions.size() - 1, i + 2 * recipe.writers);
      if (random.one_in(2)) std::swap(versions[i], versions[i + random.below(last - i + 1)]);
    }
  }
  return versions;
}

}  // namespace

const char* name_of(Shape shape) {
  constexpr std::array names{"text", "binary", "long",  "random", "single",
                             "logs", "big",    "words", "tables"};
  return names[static_cast<std::size_t>(shape)];
}

const char* name_of(Line line) {
  return line == Line::clock ? "0.18" : "0.27";
}

SoundLog write_sound_log(const LogRecipe& recipe, Random random) {
  std::string bytes;
  for (const std::uint64_t version : versions_of(recipe, random)) {
    std::map<std::string, std::optional<std::string>> writes;
    for (std::size_t i = 1 + random.below(recipe.shape == Shape::big ? 2 : 4); i > 0; --i) {
      const std::string key = key_of(recipe.shape, random.below(recipe.keys));
      if (random.one_in(5)) {
        writes[key] = std::nullopt;
      } else {
        writes[key] = value_of(recipe, random);
      }
    }
    for (const auto& [key, value] : writes) {
      formats::append_record(
          bytes, {key, version, value ? std::optional<ByteView>(*value) : std::nullopt});
    }
  }
  const std::string name = std::string(name_of(recipe.line)) + "/" + name_of(recipe.shape);
  return *parse_sound_log(name, std::move(bytes));
}

std::optional<SoundLog> parse_sound_log(std::string name, std::string bytes) {
  SoundLog log;
  log.name = std::move(name);
  log.bytes = std::move(bytes);
  formats::Cursor cursor(log.bytes);
  while (cursor.remaining() > 0) {
    const std::size_t offset = cursor.position();
    const auto record = formats::take_record(cursor);
    if (!record) return std::nullopt;
    SoundRecord sound{
        offset,      cursor.position() - offset, 0, std::string(record->key), record->version,
        std::nullopt};
    sound.head_length = sound.length - (record->value ? record->value->size() : 0);
    if (record->value) sound.value = std::string(*record->value);
    const bool continues = !log.records.empty() && log.records.back().version == sound.version &&
                           log.records.back().key < sound.key;
    if (!continues) log.commits.push_back({log.records.size(), log.records.size()});
    log.records.push_back(std::move(sound));
    ++log.commits.back().end;
  }
  return log;
}

}  // namespace persist::recovery
