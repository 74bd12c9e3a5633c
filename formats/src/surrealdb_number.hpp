// The bytes of a number inside a SurrealDB key, before they are put into a slice.
#pragma once

#include <persist/formats/surrealdb_value.hpp>

namespace persist::formats {

// The kind (integer, float, decimal) is not among these bytes: it follows the slice.
[[nodiscard]] std::string encode_surreal_number(const SurrealNumber& number);
// Error: bad_option_tag for bytes that are no number.
[[nodiscard]] Decoded<SurrealNumber> decode_surreal_number(ByteView bytes);

// Whether a value of the number's kind can have its power of ten: the bytes have room for more.
[[nodiscard]] bool is_within_its_kind(const SurrealNumber& number) noexcept;

// Of a number that is an integer of 64 bits.
[[nodiscard]] std::int64_t integer_of(const SurrealNumber& number);

}  // namespace persist::formats
