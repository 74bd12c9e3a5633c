// Single cases of damage to legacy logs, each one a reading that was wrong once. What is right is
// judged as by the trial: every whole commit comes back, and nothing that was never written.
#pragma once

#include "recovery/verdict.hpp"
#include "support/catch.hpp"
#include "support/real_files.hpp"
#include "support/string_file.hpp"

namespace persist::recovery {

inline SoundLog engine_log(const std::string& name) {
  return *parse_sound_log(name, test::read_whole_file(test::testdata(name + "/aol.bin")));
}

inline void check_reads_all(const SoundLog& log, const DamagedLog& damaged) {
  const Verdict verdict = judge(log, damaged);
  INFO(log.name << ": " << verdict.why);
  CHECK(verdict.outcome == Outcome::good);
  CHECK_FALSE(verdict.strict_lost);
}

inline test::GatheringSink read_legacy(const std::string& bytes) {
  test::StringFile file(bytes);
  test::GatheringSink sink;
  REQUIRE(read_log(file, {}, sink));
  return sink;
}

}  // namespace persist::recovery
