// `persist help [COMMAND]`: the manual page, in a pager on a terminal.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cli/help_text.hpp"
#include "cli/manual.hpp"
#include "cli/nearest.hpp"
#include "commands/command.hpp"
#include "output/terminal.hpp"

namespace persist::app {
namespace {

constexpr std::size_t plain_width = 80;
constexpr std::size_t widest = 100;  // longer lines are hard to read

struct HelpOptions {
  std::string page;
};

std::size_t terminal_width() {
  const auto columns = terminal_columns(STDOUT_FILENO);
  return columns ? std::clamp<std::size_t>(*columns, 40, widest) : plain_width;
}

// What git and systemctl do, too. False when there is no pager that takes the text.
bool show_in_pager(const std::string& text) {
  const char* chosen = std::getenv("PAGER");  // NOLINT(concurrency-mt-unsafe)
  // less shows bold as bold, and ends by itself when all fits on the screen.
  const char* command = chosen != nullptr && *chosen != '\0' ? chosen : "less -FRX 2>/dev/null";
  std::FILE* pager = ::popen(command, "w");  // NOLINT(cert-env33-c)
  if (pager == nullptr) return false;
  std::fwrite(text.data(), 1, text.size(), pager);
  return ::pclose(pager) == 0;
}

int refuse(const std::string& page) {
  const std::vector<std::string> words = manual_words();
  const std::vector<std::string_view> known(words.begin(), words.end());
  return fail_usage("help: unknown command '" + page + "'" + did_you_mean(page, known));
}

void show(Context& context, const std::string& page, const std::string& text) {
  if (context.options.json) {
    print_json(context.out, help_json(page, text));
  } else {
    context.out.write(text);
  }
}

int run_help(const HelpOptions& options, Context& context) {
  if (options.page.empty()) {
    GlobalOptions ignored;
    Parser parser;
    declare_globals(parser, ignored);
    show(context, {}, program_help(parser));
    return exit_success;
  }
  const ManualPage* page = find_manual_page(options.page);
  if (page == nullptr) return refuse(options.page);
  const bool on_terminal = ::isatty(STDOUT_FILENO) != 0 && !context.options.json;
  const bool styled = context.colour_out && !context.options.json;
  const std::string text =
      manual_text(page->source, on_terminal ? terminal_width() : plain_width, styled);
  if (!on_terminal || !show_in_pager(text)) show(context, options.page, text);
  return exit_success;
}

}  // namespace

Run prepare_help(Parser& parser) {
  auto options = std::make_shared<HelpOptions>();
  parser
      .positional("COMMAND", options->page,
                  "The command to explain; also: persist, for what all of them share, rescue, for "
                  "a database that does not open, formats, for its files, and embed, for programs")
      .choices = manual_words();
  return [options](Context& context) { return run_help(*options, context); };
}

}  // namespace persist::app
