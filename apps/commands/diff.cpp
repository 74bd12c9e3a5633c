// `persist diff A B`: what differs between two databases, or between two instants of one.
#include <array>
#include <nlohmann/json.hpp>
#include <persist/diff.hpp>
#include <persist/surrealdb_names.hpp>

#include "commands/loaded_state.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"

namespace persist::app {
namespace {

constexpr std::size_t value_preview_bytes = 80;

struct DiffOptions {
  std::string a;
  std::string b;  // empty: the same as a
  std::optional<PointInTime> at_a;
  std::optional<PointInTime> at_b;
  Decode decode = Decode::nothing;
};

// Writes one line a difference.
class DifferenceWriter {
 public:
  DifferenceWriter(Context& context, const SurrealNames& names)
      : context_(context), names_(names) {}

  bool write(const Difference& difference) {
    const std::string record = names_.record(difference.key).value_or("");
    if (context_.options.json) {
      append_json(context_.out.buffer(), difference, record);
    } else {
      append_text(context_.out.buffer(), difference, record);
    }
    context_.out.flush_if_full();
    return !context_.out.is_done();
  }

 private:
  void append_side(std::string& out, std::string_view name,
                   const std::optional<VersionedValue>& side) const {
    if (!side) return;
    out.append(",\"").append(name) += "\":{";
    append_version_members(out, side->version);
    out += ',';
    append_bytes_member(out, "value", side->value.value_or(ByteView()), context_.options.encoding);
    out += '}';
  }

  void append_json(std::string& out, const Difference& difference,
                   const std::string& record) const {
    out.append("{\"change\":\"").append(name_of(difference.change)) += "\",";
    append_bytes_member(out, "key", difference.key, context_.options.encoding);
    if (!record.empty()) {
      out += ",\"record\":";
      append_json_text(out, record);
    }
    append_side(out, "before", difference.before);
    append_side(out, "after", difference.after);
    out += "}\n";
  }

  static std::string preview(const std::optional<VersionedValue>& side) {
    return bytes_for_people(side->value.value_or(ByteView()), value_preview_bytes);
  }

  void append_text(std::string& out, const Difference& difference,
                   const std::string& record) const {
    const std::string name = record.empty() ? bytes_for_people(difference.key) : record;
    std::string line;
    Colour colour = Colour::plain;
    switch (difference.change) {
      case Change::added:
        line = "+ " + name + " = " + preview(difference.after);
        colour = Colour::green;
        break;
      case Change::removed:
        line = "- " + name + " = " + preview(difference.before);
        colour = Colour::red;
        break;
      case Change::changed:
        line =
            "~ " + name + " = " + preview(difference.before) + " -> " + preview(difference.after);
        colour = Colour::yellow;
        break;
    }
    out += coloured(line, colour, context_.colour_out) + "\n";
  }

  Context& context_;
  const SurrealNames& names_;
};

void print_header(Context& context, const DiffOptions& options, const LoadedState& a,
                  const LoadedState& b) {
  if (!context.options.json) return;
  Json header = json_report("diff");
  set_path(header, "a", a.target.name);
  if (options.at_a) set_version(header, "at_a", options.at_a->version);
  set_path(header, "b", b.target.name);
  if (options.at_b) set_version(header, "at_b", options.at_b->version);
  header["live"] = a.target.live || b.target.live;
  print_json(context.out, header);
}

std::string summary_text(const DiffSummary& summary) {
  if (!summary.differ()) return "no difference in " + count_text(summary.same, "key") + "\n";
  return count_text(summary.added) + " added, " + count_text(summary.removed) + " removed, " +
         count_text(summary.changed) + " changed, " + count_text(summary.same) + " the same\n";
}

int compare(const DiffOptions& options, Context& context, const LoadedState& a,
            const LoadedState& b) {
  SurrealNames names;
  if (options.decode == Decode::surrealdb) {
    for (const LoadedState* side : {&a, &b}) {
      if (const auto learned = names.learn_from(side->state); !learned) {
        return fail_with(learned.error());
      }
    }
  }
  print_header(context, options, a, b);
  DifferenceWriter writer(context, names);
  const auto summary = diff(a.state, b.state,
                            [&](const Difference& difference) { return writer.write(difference); });
  if (!summary) return fail_with(summary.error());
  if (!context.options.json && !context.options.quiet) {
    context.out.write(summary_text(*summary));
    for (const LoadedState* side : {&a, &b}) {
      if (side->target.live) context.out.write(live_line(side->target.name));
    }
  }
  const int status = worse_of(a.damage_status, b.damage_status);
  return worse_of(status, summary->differ() ? exit_finding : exit_success);
}

int run_diff(const DiffOptions& options, Context& context) {
  if (options.b.empty() && !options.at_a && !options.at_b) {
    return fail_usage(
        "diff: it needs a second target, or --at-a or --at-b to compare one with its past");
  }
  const std::string& b_name = options.b.empty() ? options.a : options.b;
  if (reads_input_twice(std::array{options.a, b_name})) {
    return fail_usage("diff: standard input can be read only once");
  }
  Context half = context;  // both states are held at once
  half.options.max_memory_bytes /= 2;
  const auto a = load_state(half, {options.a, options.at_a, false});
  if (!a) return fail_with(a.error());
  const auto b = load_state(half, {b_name, options.at_b, false});
  if (!b) return fail_with(b.error());
  return compare(options, context, *a, *b);
}

}  // namespace

Run prepare_diff(Parser& parser) {
  auto options = std::make_shared<DiffOptions>();
  OptionSpec& a = parser.positional("A", options->a, "A database, as any TARGET");
  a.is_required = true;
  a.completes = Completes::target;
  parser.positional("B", options->b, "The database it is compared with; A itself by default")
      .completes = Completes::target;
  parser.option("--at-a", "VERSION|TIME", options->at_a, parse_instant, "A as it was then");
  parser.option("--at-b", "VERSION|TIME", options->at_b, parse_instant, "B as it was then");
  declare_decode(parser, options->decode);
  return [options](Context& context) { return run_diff(*options, context); };
}

}  // namespace persist::app
