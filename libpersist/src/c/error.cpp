#include "c/error.hpp"

#include <array>
#include <cstdlib>
#include <cstring>

namespace persist::c {
namespace {

constinit persist_error out_of_memory{PERSIST_NO_MEMORY, "memory ran out"};

persist_code code_of(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::not_found:
    case ErrorCode::dangling_link:
      return PERSIST_NOT_FOUND;
    case ErrorCode::permission:
      return PERSIST_PERMISSION;
    case ErrorCode::exists:
      return PERSIST_EXISTS;
    case ErrorCode::no_space:
      return PERSIST_NO_SPACE;
    case ErrorCode::io:
      return PERSIST_IO;
    case ErrorCode::damaged:
      return PERSIST_DAMAGED;
    case ErrorCode::not_a_database:
      return PERSIST_NOT_A_DATABASE;
    case ErrorCode::newer_format:
      return PERSIST_NEWER_FORMAT;
    case ErrorCode::busy:
      return PERSIST_BUSY;
    case ErrorCode::changed:
      return PERSIST_CHANGED;
    case ErrorCode::limit:
      return PERSIST_LIMIT;
    case ErrorCode::invalid_argument:
      return PERSIST_INVALID_ARGUMENT;
    case ErrorCode::interrupted:
      return PERSIST_INTERRUPTED;
    case ErrorCode::conflict:
      return PERSIST_CONFLICT;
    case ErrorCode::closed:
      return PERSIST_CLOSED;
    case ErrorCode::read_only:
      return PERSIST_READ_ONLY;
    case ErrorCode::mismatch:
      return PERSIST_MISMATCH;
    case ErrorCode::queue_full:
      return PERSIST_QUEUE_FULL;
    case ErrorCode::poisoned:
      return PERSIST_POISONED;
    case ErrorCode::unsupported:
      return PERSIST_UNSUPPORTED;
    case ErrorCode::no_memory:
      return PERSIST_NO_MEMORY;
  }
  return PERSIST_INTERNAL;
}

persist_code store(persist_error** error, persist_code code, Error&& failure) noexcept {
  if (error == nullptr) return code;
  try {
    auto details = std::make_unique<persist_error::Details>();
    details->message = failure.to_string();
    details->error = std::move(failure);
    const char* const message = details->message.c_str();
    *error = new persist_error{code, message, std::move(details)};
  } catch (...) {  // no memory for the report: the code is still the true one
    *error = &out_of_memory;
  }
  return code;
}

const Error* details_of(const persist_error* error) noexcept {
  return error != nullptr && error->details ? &error->details->error : nullptr;
}

const char* text_or_null(const std::string& text) noexcept {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

persist_code hand_out(persist_error** error, Error&& failure) noexcept {
  const persist_code code = code_of(failure.code);
  return store(error, code, std::move(failure));
}

persist_code hand_out_of_memory(persist_error** error) noexcept {
  if (error != nullptr) *error = &out_of_memory;
  return PERSIST_NO_MEMORY;
}

persist_code hand_out_exception(persist_error** error, const char* what) noexcept {
  Error failure;
  try {
    failure.message = what;
    failure.advice = "this is a defect of libpersist";
  } catch (...) {
    return hand_out_of_memory(error);
  }
  return store(error, PERSIST_INTERNAL, std::move(failure));
}

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorCode::invalid_argument, {}, std::move(message));
}

}  // namespace persist::c

using persist::c::details_of;

const char* persist_code_name(int code) {
  static constexpr std::array names{
      "ok",          "not_found", "permission",       "exists",       "no_space",
      "io",          "damaged",   "not_a_database",   "newer_format", "busy",
      "changed",     "limit",     "invalid_argument", "interrupted",  "conflict",
      "closed",      "read_only", "mismatch",         "queue_full",   "poisoned",
      "unsupported", "no_memory", "internal",         "end"};
  static_assert(names.size() == PERSIST_END + 1);
  if (code < 0 || static_cast<std::size_t>(code) >= names.size()) return "unknown";
  return names[static_cast<std::size_t>(code)];
}

persist_code persist_error_code(const persist_error* error) {
  return error == nullptr ? PERSIST_OK : error->code;
}
const char* persist_error_message(const persist_error* error) {
  return error == nullptr ? "no error" : error->message;
}
const char* persist_error_path(const persist_error* error) {
  const persist::Error* const details = details_of(error);
  return details == nullptr ? nullptr : persist::c::text_or_null(details->path);
}
const char* persist_error_advice(const persist_error* error) {
  const persist::Error* const details = details_of(error);
  return details == nullptr ? nullptr : persist::c::text_or_null(details->advice);
}
int64_t persist_error_offset(const persist_error* error) {
  const persist::Error* const details = details_of(error);
  return details == nullptr || !details->offset ? -1 : static_cast<int64_t>(*details->offset);
}
int persist_error_os_error(const persist_error* error) {
  const persist::Error* const details = details_of(error);
  return details == nullptr ? 0 : details->os_error;
}
void persist_error_free(persist_error* error) {
  if (error != &persist::c::out_of_memory) delete error;
}

void persist_text_free(char* text) {
  std::free(text);
}
