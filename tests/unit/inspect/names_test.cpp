// Names that reports and scripts rely on: each value has one, and no two share it.
#include <persist/damage.hpp>
#include <persist/formats/varint.hpp>
#include <persist/repair.hpp>
#include <set>

#include "support/catch.hpp"

using namespace persist;

namespace {

bool is_code(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == name.npos;
}

}  // namespace

TEST_CASE("each kind of damage has a code of its own") {
  std::set<std::string_view> names;
  const int last = static_cast<int>(DamageCode::content_checksum);
  for (int code = 0; code <= last; ++code) {
    const std::string_view name = name_of(static_cast<DamageCode>(code));
    CAPTURE(name);
    CHECK(is_code(name));
    CHECK(name != "unknown");
    CHECK(names.insert(name).second);
  }
}

TEST_CASE("each reason of a loss has a code of its own") {
  CHECK(name_of(LossReason::unreadable) == "unreadable");
  CHECK(name_of(LossReason::partial) == "partial");
  CHECK(name_of(LossReason::uncertain) == "uncertain");
  CHECK(name_of(LossReason::refused_version) == "refused-version");
}

TEST_CASE("each error of a decoder is described in words of its own") {
  std::set<std::string_view> texts;
  const int last = static_cast<int>(formats::DecodeError::bad_version);
  for (int error = 0; error <= last; ++error) {
    const std::string_view text = formats::describe(static_cast<formats::DecodeError>(error));
    CAPTURE(text);
    CHECK(text != "an unknown error");
    CHECK(texts.insert(text).second);
  }
}
