// Repairs damaged directories and checks what must hold of every repair; see repairs.sh, which then
// lets the real engines read the results.
//
//   repair_cases OUTPUT < DIRECTORIES
//
// Prints one line a case: {"dir":..,"lines":["1.0","1.1"],"rows":N,"rows_fingerprint":..}, or what
// is wrong, on standard error. Directories that hold nothing to repair are left out.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <persist/repair.hpp>
#include <persist/rewrite.hpp>
#include <persist/state.hpp>

namespace persist::test {
namespace {

namespace fs = std::filesystem;

enum class Verdict { repaired, sound, refused, unproven, wrong };

// A directory that cannot be repaired says so; nothing else may go wrong.
bool is_honest_refusal(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::not_a_database ||
         code == ErrorCode::newer_format;
}

Verdict complain(const std::string& directory, const std::string& what) {
  std::cerr << directory << ": " << what << '\n';
  return Verdict::wrong;
}

std::vector<std::string_view> lines_that_read(ReleaseLine oldest) {
  std::vector<std::string_view> lines;
  for (const ReleaseLine line : all_release_lines) {
    if (line >= oldest) lines.push_back(name_of(line));
  }
  return lines;
}

Verdict repair_case(const std::string& directory, const std::string& output) {
  FileSystem& files = posix_file_system();
  const auto plan = plan_repair(files, database_files(directory, {}), {});
  if (!plan) {
    if (is_honest_refusal(plan.error().code)) return Verdict::refused;
    return complain(directory, plan.error().to_string());
  }
  if (!plan->is_needed()) return Verdict::sound;
  const DatabaseFiles target = database_files(output, {});
  const auto written = write_repaired(files, *plan, {}, target);
  if (!written) {
    std::cerr << directory << ": " << written.error().to_string() << '\n';
    return written.error().code == ErrorCode::damaged ? Verdict::unproven : Verdict::wrong;
  }
  const auto again = plan_repair(files, target, {});
  if (!again) return complain(directory, "the result: " + again.error().to_string());
  if (again->is_needed()) return complain(directory, "the result needs a repair");
  if (again->fingerprint != written->fingerprint) return complain(directory, "another state");
  const auto state = State::load(files, target, {});
  if (!state) return complain(directory, "the result: " + state.error().to_string());
  std::cout << nlohmann::json{{"dir", output},
                              {"lines", lines_that_read(release_line_of(state->summary()))},
                              {"rows", written->live_keys},
                              {"rows_fingerprint", written->fingerprint}}
                   .dump()
            << '\n';
  return Verdict::repaired;
}

int run(const fs::path& output) {
  std::size_t repaired = 0;
  std::size_t sound = 0;
  std::size_t refused = 0;
  std::size_t unproven = 0;  // the proof before the swap stopped them: nothing was written
  std::size_t wrong = 0;
  for (std::string directory; std::getline(std::cin, directory);) {
    const fs::path target = output / fs::path(directory).filename();
    switch (repair_case(directory, target.string())) {
      case Verdict::repaired:
        ++repaired;
        break;
      case Verdict::sound:
        ++sound;
        break;
      case Verdict::refused:
        ++refused;
        break;
      case Verdict::unproven:
        ++unproven;
        break;
      case Verdict::wrong:
        ++wrong;
        break;
    }
  }
  std::cerr << fmt::format("{} repaired, {} sound, {} refused, {} wrong\n", repaired, sound,
                           refused, wrong);
  return repaired > 0 && wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace persist::test

int main(int count, char** arguments) {
  if (count != 2) return 64;
  return persist::test::run(arguments[1]);
}
