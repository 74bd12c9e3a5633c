// `persist load TARGET`: rebuilds the database in memory as the engine does, and answers from it.
#include <nlohmann/json.hpp>

#include "commands/loaded_state.hpp"
#include "output/bytes.hpp"
#include "output/table.hpp"
#include "output/time.hpp"

namespace persist::app {
namespace {

constexpr std::size_t unlimited = std::string::npos;

struct LoadOptions {
  std::string target;
  std::optional<std::string> get;
  std::optional<std::string> scan;
  std::optional<PointInTime> at;
};

struct Totals {
  std::uint64_t keys = 0;
  std::uint64_t versions = 0;
  std::uint64_t commits = 0;
  Version clock = 0;
  std::string fingerprint;
};

Result<Totals> totals_of(const State& state) {
  const StateSummary& summary = state.summary();
  Totals totals;
  totals.clock = summary.max_version;
  if (summary.snapshot) totals.versions = summary.snapshot->versions;
  if (summary.log) {
    totals.versions += summary.log->records;
    totals.commits = summary.log->commits;
  }
  PERSIST_TRY_ASSIGN(StateIdentity identity, state.identity());
  totals.keys = identity.live_keys;
  totals.fingerprint = std::move(identity.fingerprint);
  return totals;
}

Json report_of(const LoadOptions& options, const LoadedState& loaded, const Totals& totals) {
  Json report = json_report("load");
  set_path(report, "target", loaded.target.name);
  report["live"] = loaded.target.live;
  if (options.at) set_version(report, "at", options.at->version);
  report["keys"] = totals.keys;
  report["versions"] = totals.versions;
  report["commits"] = totals.commits;
  report["bytes"] = loaded.target.total_bytes();
  report["seconds"] = loaded.seconds;
  set_version(report, "clock", totals.clock);
  report["fingerprint"] = totals.fingerprint;
  return report;
}

// `"key":...,"version":...,"value":...` between braces.
void append_row(std::string& out, ByteView key, Version version, ByteView value,
                Encoding encoding) {
  out += '{';
  append_bytes_member(out, "key", key, encoding);
  out += ',';
  append_version_members(out, version);
  out += ',';
  append_bytes_member(out, "value", value, encoding);
  out += '}';
}

Result<> scan_rows(Context& context, const LoadOptions& options, const State& state) {
  const auto end = prefix_end(*options.scan);
  const KeyRange range{*options.scan, end ? std::optional<ByteView>(*end) : std::nullopt};
  bool is_first = true;
  return state.for_each(range, [&](const KeyState& key) {
    std::string& out = context.out.buffer();
    const VersionedValue& newest = key.versions.back();
    if (context.options.json) {
      out += is_first ? "" : ",";
      append_row(out, key.key, newest.version, *newest.value, context.options.encoding);
    } else {
      out += bytes_for_people(key.key, unlimited) + " = " +
             bytes_for_people(*newest.value, unlimited) + "\n";
    }
    is_first = false;
    context.out.flush_if_full();
    return !context.out.is_done();
  });
}

// The report's last brace is taken off, so that rows of any number follow without being collected.
Result<> print_as_json(Context& context, const LoadOptions& options, const State& state,
                       const Json& report) {
  std::string text = json::text_of(report);
  text.pop_back();
  if (options.get) {
    PERSIST_TRY_ASSIGN(const auto found, state.get(*options.get));
    text += ",\"get\":";
    if (found) {
      append_row(text, *options.get, found->version, found->value, context.options.encoding);
    } else {
      text += "null";
    }
  }
  context.out.write(text);
  if (options.scan) {
    context.out.write(",\"scan\":[");
    PERSIST_TRY(scan_rows(context, options, state));
    context.out.write("]");
  }
  context.out.write("}\n");
  return {};
}

std::string totals_text(const LoadedState& loaded, const Totals& totals) {
  Table table({Align::left, Align::left});
  const double rate =
      loaded.seconds > 0 ? static_cast<double>(loaded.target.total_bytes()) / loaded.seconds : 0;
  table.add({"keys", count_text(totals.keys)});
  table.add({"versions", count_text(totals.versions)});
  table.add({"commits", count_text(totals.commits)});
  table.add({"bytes", size_text(loaded.target.total_bytes())});
  table.add({"time", duration_text(loaded.seconds) + " (" +
                         size_text(static_cast<std::uint64_t>(rate)) + "/s)"});
  table.add({"clock", std::to_string(totals.clock)});
  table.add({"fingerprint", totals.fingerprint});
  const std::string text = table.to_string();
  return loaded.target.live ? text + std::string(live_text) + "\n" : text;
}

Result<> print_as_text(Context& context, const LoadOptions& options, const LoadedState& loaded,
                       const Totals& totals) {
  if (options.get || options.scan) {
    warn_if_live(loaded.target);
  } else {
    context.out.write(totals_text(loaded, totals));
  }
  if (options.get) {
    PERSIST_TRY_ASSIGN(const auto found, loaded.state.get(*options.get));
    if (found) {
      context.out.write(bytes_for_people(found->value, unlimited) + "\n");
    } else {
      log_warning("there is no such key: " + bytes_for_people(*options.get));
    }
  }
  if (options.scan) PERSIST_TRY(scan_rows(context, options, loaded.state));
  return {};
}

int run_load(const LoadOptions& options, Context& context) {
  const auto loaded = load_state(context, {options.target, options.at, false});
  if (!loaded) return fail_with(loaded.error());
  const auto totals = totals_of(loaded->state);
  if (!totals) return fail_with(totals.error());
  const auto printed = context.options.json ? print_as_json(context, options, loaded->state,
                                                            report_of(options, *loaded, *totals))
                                            : print_as_text(context, options, *loaded, *totals);
  return printed ? loaded->damage_status : fail_with(printed.error());
}

}  // namespace

Run prepare_load(Parser& parser) {
  auto options = std::make_shared<LoadOptions>();
  declare_target(parser, options->target);
  parser.option("--get", "KEY", options->get, parse_bytes,
                "Print the value of KEY (text, base64:..., or hex:...)");
  parser.option("--scan", "PREFIX", options->scan, parse_bytes, "Print all keys that begin so");
  parser.option("--at", "VERSION|TIME", options->at, parse_instant, "The state as it was then");
  return [options](Context& context) { return run_load(*options, context); };
}

}  // namespace persist::app
