// How a failure of the C++ library leaves through the C interface. Every exported function that can
// fail does its work inside guarded(): no exception gets past it.
#pragma once

#include <persist/persist.h>

#include <memory>
#include <new>
#include <persist/result.hpp>
#include <stdexcept>
#include <string>

// Opaque to the caller. The error that says that memory ran out is made without any.
struct persist_error {
  persist_code code;
  const char* message;
  struct Details {
    persist::Error error;
    std::string message;
  };
  std::unique_ptr<const Details> details = nullptr;
};

namespace persist::c {

// Each stores the error where `error` points, unless that is null, and returns its code.
persist_code hand_out(persist_error** error, Error&& failure) noexcept;
persist_code hand_out_of_memory(persist_error** error) noexcept;
persist_code hand_out_exception(persist_error** error, const char* what) noexcept;

template <class Call>
persist_code guarded(persist_error** error, Call&& call) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    Result<> outcome = call();
    if (outcome) return PERSIST_OK;
    return hand_out(error, std::move(outcome).error());
  } catch (const std::bad_alloc&) {
    return hand_out_of_memory(error);
  } catch (const std::length_error&) {  // a container that cannot be as large as asked for
    return hand_out_of_memory(error);
  } catch (const std::exception& exception) {
    return hand_out_exception(error, exception.what());
  } catch (...) {
    return hand_out_exception(error, "an exception of unknown type");
  }
}

[[nodiscard]] std::unexpected<Error> invalid(std::string message);

}  // namespace persist::c
