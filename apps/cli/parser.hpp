// What one command accepts, declared once: parsing, help and shell completion all read it. CLI11
// does the parsing and stays inside parser.cpp.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace persist::app {

// What a shell offers for a value.
enum class Completes { nothing, file, directory, target };

struct OptionSpec {
  std::vector<std::string> names;  // "-q", "--quiet"; of a positional one name without dashes
  std::string placeholder;         // "SIZE"; empty for a flag
  std::string help;
  std::vector<std::string> choices;  // offered before anything else
  Completes completes = Completes::nothing;
  bool is_positional = false;
  bool is_required = false;
  bool is_alternative = false;  // of the options so marked exactly one is required
  bool is_repeatable = false;
  bool is_global = false;

  [[nodiscard]] bool takes_value() const { return !placeholder.empty(); }
};

// The value that a text stands for, or what is wrong with the text ("is not a size").
template <class T>
using Parsed = std::expected<T, std::string>;

class Parser {
 public:
  using Assign = std::function<Parsed<void>(const std::string&)>;
  template <class T>
  using Choices = std::vector<std::pair<std::string_view, T>>;

  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // `names`: "-q,--quiet". What the options assign to must live until parse() has returned. An
  // option given twice means the last of them, but for lists. What completes as a path must not be
  // empty: a script's unset variable would name another target than it meant, or none.
  OptionSpec& flag(std::string_view names, bool& into, std::string_view help);
  void counter(std::string_view names, int& into, std::string_view help);
  OptionSpec& option(std::string_view names, std::string_view placeholder, Assign assign,
                     std::string_view help);
  OptionSpec& option(std::string_view names, std::string_view placeholder, std::string& into,
                     std::string_view help);
  OptionSpec& option(std::string_view names, std::string_view placeholder,
                     std::optional<std::string>& into, std::string_view help);
  OptionSpec& list(std::string_view names, std::string_view placeholder,
                   std::vector<std::string>& into, std::string_view help);
  // `parse_value`: const std::string& -> Parsed<something assignable to T>; see values.hpp.
  template <class T, class Parse>
  OptionSpec& option(std::string_view names, std::string_view placeholder, T& into,
                     Parse parse_value, std::string_view help) {
    return option(names, placeholder,
                  Assign([&into, parse_value](const std::string& text) -> Parsed<void> {
                    auto value = parse_value(text);
                    if (!value) return std::unexpected(value.error());
                    into = *std::move(value);
                    return {};
                  }),
                  help);
  }
  template <class T, class Into>
  OptionSpec& choice(std::string_view names, std::string_view placeholder, Into& into,
                     const Choices<T>& choices, std::string_view help) {
    OptionSpec& spec = option(names, placeholder, Assign([&into, choices](const std::string& text) {
                                return pick(choices, text, into);
                              }),
                              help);
    for (const auto& [name, value] : choices) spec.choices.emplace_back(name);
    return spec;
  }
  OptionSpec& positional(std::string_view name, Assign assign, std::string_view help);
  OptionSpec& positional(std::string_view name, std::string& into, std::string_view help);
  template <class T>
  OptionSpec& positional_choice(std::string_view name, T& into, const Choices<T>& choices,
                                std::string_view help) {
    OptionSpec& spec = positional(name, Assign([&into, choices](const std::string& text) {
                                    return pick(choices, text, into);
                                  }),
                                  help);
    for (const auto& [choice, value] : choices) spec.choices.emplace_back(choice);
    return spec;
  }
  OptionSpec& positionals(std::string_view name, std::vector<std::string>& into,
                          std::string_view help);

  // Options declared so far are global: accepted before the command too.
  void end_of_globals();

  // Parses everything but the command's name. The error is one sentence for people.
  [[nodiscard]] Parsed<void> parse(const std::vector<std::string>& arguments);

  // Declared so far, globals first. The references that the calls above return stay valid.
  [[nodiscard]] std::vector<const OptionSpec*> specs() const;
  [[nodiscard]] const OptionSpec* find(std::string_view name) const;
  // One was given, so that a value equal to the default can be told from none.
  [[nodiscard]] bool was_given(std::string_view name) const;

 private:
  template <class T, class Into>
  static Parsed<void> pick(const Choices<T>& choices, const std::string& text, Into& into) {
    std::string known;
    for (const auto& [name, value] : choices) {
      if (name == text) {
        into = value;
        return {};
      }
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    return std::unexpected("is none of " + known);
  }
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace persist::app
