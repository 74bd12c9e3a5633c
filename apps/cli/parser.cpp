#include "cli/parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "cli/nearest.hpp"

namespace persist::app {
namespace {

std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> result;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    result.emplace_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return result;
}

// CLI11 reports through exceptions; this one carries a sentence that is already finished.
[[noreturn]] void refuse(const OptionSpec& spec, const std::string& text, const std::string& why) {
  const std::string value = spec.is_positional ? spec.placeholder : spec.names.back();
  throw CLI::ValidationError(value + ": '" + text + "' " + why);
}

bool is_path(const OptionSpec& spec) {
  return spec.completes == Completes::file || spec.completes == Completes::directory ||
         spec.completes == Completes::target;
}

template <class T>
Parser::Assign assign_to(T& into) {
  return [&into](const std::string& text) -> Parsed<void> {
    into = text;
    return {};
  };
}

Parser::Assign append_to(std::vector<std::string>& into) {
  return [&into](const std::string& text) -> Parsed<void> {
    into.push_back(text);
    return {};
  };
}

}  // namespace

struct Parser::State {
  CLI::App app;
  std::deque<OptionSpec> specs;  // a deque: references to elements stay valid
  std::vector<CLI::Option*> options;

  OptionSpec& declare(std::string_view names, std::string_view placeholder, std::string_view help) {
    OptionSpec& spec = specs.emplace_back();
    spec.names = split_names(names);
    spec.placeholder = placeholder;
    spec.help = help;
    return spec;
  }

  OptionSpec& declare_positional(std::string_view name, std::string_view help) {
    OptionSpec& spec = declare(name, name, help);
    spec.is_positional = true;
    return spec;
  }

  CLI::Option* add_value(std::string_view names, const OptionSpec& spec, Assign assign) {
    CLI::callback_t callback = [&spec, assign = std::move(assign)](const CLI::results_t& results) {
      for (const std::string& text : results) {
        if (text.empty() && is_path(spec)) refuse(spec, text, "names nothing");
        if (const auto done = assign(text); !done) refuse(spec, text, done.error());
      }
      return true;
    };
    CLI::Option* option = app.add_option(std::string(names), std::move(callback));
    options.push_back(option);
    return option;
  }

  [[nodiscard]] const OptionSpec* find(std::string_view name) const {
    for (const OptionSpec& spec : specs) {
      if (std::ranges::find(spec.names, name) != spec.names.end()) return &spec;
    }
    return nullptr;
  }

  // "--opt=" as "--opt" and "". CLI11 drops an empty value behind '=' and takes the next argument
  // for it: of `--metrics=$UNSET TARGET` the target, which would be written over.
  [[nodiscard]] std::vector<std::string> with_empty_values_apart(
      const std::vector<std::string>& arguments) const {
    std::vector<std::string> result;
    bool is_value = false;  // of the option before it, whatever it looks like
    bool only_positionals = false;
    for (const std::string& argument : arguments) {
      const std::string_view name = std::string_view(argument).substr(0, argument.find('='));
      const OptionSpec* spec = is_value || only_positionals ? nullptr : find(name);
      only_positionals = only_positionals || (!is_value && argument == "--");
      const bool takes_value = spec != nullptr && !spec->is_positional && spec->takes_value();
      is_value = takes_value && name.size() == argument.size();
      if (takes_value && name.starts_with("--") && argument.size() == name.size() + 1) {
        result.insert(result.end(), {std::string(name), std::string()});
      } else {
        result.push_back(argument);
      }
    }
    return result;
  }

  // What CLI11 could not place.
  Parsed<void> judge_leftovers() const {
    std::vector<std::string> left = app.remaining();
    std::erase(left, "--");  // only says that positionals follow
    const auto is_option = [](const std::string& text) {
      return text.size() > 1 && text[0] == '-';
    };
    const auto unknown = std::ranges::find_if(left, is_option);
    if (unknown == left.end()) {
      if (left.empty()) return {};
      return std::unexpected("unexpected argument '" + left.front() + "'");
    }
    const std::string name = unknown->substr(0, unknown->find('='));
    std::vector<std::string_view> known;
    for (const OptionSpec& spec : specs) {
      if (!spec.is_positional) known.insert(known.end(), spec.names.begin(), spec.names.end());
    }
    return std::unexpected("unknown option '" + name + "'" + did_you_mean(name, known));
  }

  Parsed<void> judge_required() const {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      if (!specs[i].is_required || options[i]->count() > 0) continue;
      return std::unexpected("it needs " + (specs[i].is_positional ? "a " + specs[i].placeholder
                                                                   : specs[i].names.back()));
    }
    return {};
  }
};

Parser::Parser() : state_(std::make_unique<State>()) {
  state_->app.set_help_flag();
  state_->app.allow_extras();
}
Parser::~Parser() = default;

OptionSpec& Parser::flag(std::string_view names, bool& into, std::string_view help) {
  OptionSpec& spec = state_->declare(names, "", help);
  state_->options.push_back(
      state_->app.add_flag_callback(std::string(names), [&into] { into = true; }));
  return spec;
}

void Parser::counter(std::string_view names, int& into, std::string_view help) {
  state_->declare(names, "", help).is_repeatable = true;
  state_->options.push_back(state_->app.add_flag_function(
      std::string(names), [&into](std::int64_t count) { into = static_cast<int>(count); }));
}

OptionSpec& Parser::option(std::string_view names, std::string_view placeholder, Assign assign,
                           std::string_view help) {
  OptionSpec& spec = state_->declare(names, placeholder, help);
  state_->add_value(names, spec, std::move(assign))->expected(1)->take_last();
  return spec;
}

OptionSpec& Parser::option(std::string_view names, std::string_view placeholder, std::string& into,
                           std::string_view help) {
  return option(names, placeholder, assign_to(into), help);
}

OptionSpec& Parser::option(std::string_view names, std::string_view placeholder,
                           std::optional<std::string>& into, std::string_view help) {
  return option(names, placeholder, assign_to(into), help);
}

OptionSpec& Parser::list(std::string_view names, std::string_view placeholder,
                         std::vector<std::string>& into, std::string_view help) {
  OptionSpec& spec = state_->declare(names, placeholder, help);
  spec.is_repeatable = true;
  state_->add_value(names, spec, append_to(into))
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  return spec;
}

OptionSpec& Parser::positional(std::string_view name, Assign assign, std::string_view help) {
  OptionSpec& spec = state_->declare_positional(name, help);
  state_->add_value(name, spec, std::move(assign))->expected(1);
  return spec;
}

OptionSpec& Parser::positional(std::string_view name, std::string& into, std::string_view help) {
  return positional(name, assign_to(into), help);
}

OptionSpec& Parser::positionals(std::string_view name, std::vector<std::string>& into,
                                std::string_view help) {
  OptionSpec& spec = state_->declare_positional(name, help);
  spec.is_repeatable = true;
  state_->add_value(name, spec, append_to(into))
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(true);
  return spec;
}

void Parser::end_of_globals() {
  for (OptionSpec& spec : state_->specs) spec.is_global = true;
}

Parsed<void> Parser::parse(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = state_->with_empty_values_apart(arguments);
  std::ranges::reverse(all);  // as CLI11 takes them
  try {
    state_->app.parse(all);
  } catch (const CLI::ArgumentMismatch& error) {
    // "--limit: 1 required ... missing"
    const std::string what = error.what();
    const OptionSpec* spec = find(what.substr(0, what.find(':')));
    if (spec == nullptr) return std::unexpected(what);
    return std::unexpected(spec->names.back() + " needs a value: " + spec->placeholder);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(std::string(error.what()));
  }
  if (auto judged = state_->judge_leftovers(); !judged) return judged;
  return state_->judge_required();
}

std::vector<const OptionSpec*> Parser::specs() const {
  std::vector<const OptionSpec*> result;
  for (const OptionSpec& spec : state_->specs) result.push_back(&spec);
  return result;
}

const OptionSpec* Parser::find(std::string_view name) const {
  return state_->find(name);
}

bool Parser::was_given(std::string_view name) const {
  for (std::size_t i = 0; i < state_->specs.size(); ++i) {
    if (std::ranges::find(state_->specs[i].names, name) != state_->specs[i].names.end()) {
      return state_->options[i]->count() > 0;
    }
  }
  return false;
}

}  // namespace persist::app
