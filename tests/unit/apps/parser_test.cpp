#include "cli/parser.hpp"

#include "cli/nearest.hpp"
#include "cli/values.hpp"
#include "support/catch.hpp"

using namespace persist::app;

namespace {

enum class Shape { round, square };

struct Everything {
  bool flag = false;
  int verbosity = 0;
  std::string text;
  std::uint64_t size = 7;
  Shape shape = Shape::round;
  std::vector<std::string> names;
  std::string target;
  std::vector<std::string> more;

  Parsed<void> parse(const std::vector<std::string>& arguments) {
    Parser parser;
    parser.flag("-f,--flag", flag, "");
    parser.counter("-v,--verbose", verbosity, "");
    parser.option("--text", "TEXT", text, "");
    parser.option("--size", "SIZE", size, parse_size, "");
    parser.choice("--shape", "SHAPE", shape,
                  Parser::Choices<Shape>{{"round", Shape::round}, {"square", Shape::square}}, "");
    parser.list("--name", "NAME", names, "");
    parser.positional("TARGET", target, "").is_required = true;
    parser.positionals("MORE", more, "");
    return parser.parse(arguments);
  }
};

std::string error_of(const std::vector<std::string>& arguments) {
  const auto parsed = Everything().parse(arguments);
  return parsed ? "" : parsed.error();
}

}  // namespace

TEST_CASE("options and positionals may stand in any order") {
  Everything all;
  REQUIRE(
      all.parse({"db", "--text=a b", "-fvv", "--size", "2K", "x", "--shape", "square", "y", "-v"}));
  CHECK(all.flag);
  CHECK(all.verbosity == 3);
  CHECK(all.text == "a b");
  CHECK(all.size == 2048);
  CHECK(all.shape == Shape::square);
  CHECK(all.target == "db");
  CHECK(all.more == std::vector<std::string>{"x", "y"});
}

TEST_CASE("of an option given twice the last one counts, of a list all do") {
  Everything all;
  REQUIRE(all.parse({"--text", "a", "--name", "1", "db", "--text", "b", "--name", "2"}));
  CHECK(all.text == "b");
  CHECK(all.names == std::vector<std::string>{"1", "2"});
  CHECK(all.target == "db");
}

TEST_CASE("a dash is a target, and what follows two dashes is none of the options") {
  Everything all;
  REQUIRE(all.parse({"-", "--", "--flag"}));
  CHECK(all.target == "-");
  CHECK(all.more == std::vector<std::string>{"--flag"});
  CHECK_FALSE(all.flag);
}

TEST_CASE("mistakes are named, with what comes nearest") {
  CHECK(error_of({"db", "--flga"}) == "unknown option '--flga'; did you mean '--flag'?");
  CHECK(error_of({"db", "--zzz"}) == "unknown option '--zzz'");
  CHECK(error_of({"db", "--text"}) == "--text needs a value: TEXT");
  CHECK(error_of({"db", "--shape", "oval"}) == "--shape: 'oval' is none of round, square");
  CHECK(error_of({}) == "it needs a TARGET");
}

TEST_CASE("the nearest word is near, or none") {
  const std::vector<std::string_view> known{"verify", "repair", "replay", "dump"};
  CHECK(nearest("verfiy", known) == "verify");
  CHECK(nearest("repiar", known) == "repair");
  CHECK(nearest("ver", known) == "verify");
  CHECK(nearest("dmup", known) == "dump");
  CHECK(nearest("frobnicate", known).empty());
  CHECK(nearest("x", known).empty());
}

TEST_CASE("an unknown short option is not taken for another one") {
  const std::vector<std::string_view> known{"-q", "--quiet", "-v", "--verbose"};
  CHECK(nearest("-x", known).empty());
  CHECK(nearest("--quite", known) == "--quiet");
}
