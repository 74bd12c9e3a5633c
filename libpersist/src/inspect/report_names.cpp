// The words of the command line's contract.
#include <array>
#include <persist/verify.hpp>

namespace persist {

std::string_view name_of(Severity severity) noexcept {
  constexpr std::array<std::string_view, 3> names{"info", "warning", "error"};
  return names[static_cast<std::size_t>(severity)];
}

std::string_view name_of(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 3> names{"clean", "torn-tail", "damaged"};
  return names[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(FileKind kind) noexcept {
  return kind == FileKind::log ? "log" : "snapshot";
}

std::string_view name_of(PartFormat format) noexcept {
  constexpr std::array<std::string_view, 5> names{"legacy", "framed-1", "framed-2", "bare",
                                                  "headed"};
  return names[static_cast<std::size_t>(format)];
}

}  // namespace persist
