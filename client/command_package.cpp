#include "client/command_package.h"

#include <charconv>

#include "base/quantity.h"
#include "base/text.h"
#include "schemas/template.h"

namespace argosy::client {
namespace {

Status set_resources(const std::string& text, Resources& out) {
  for (std::size_t from = 0; from < text.size();) {
    const auto comma = std::min(text.find(',', from), text.size());
    const std::string part = text.substr(from, comma - from);
    const auto equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
    if (name == "cpu") {
      const auto cpu = parse_cpu(value);
      if (!cpu) return Error{"--resources cpu: " + cpu.error().message};
      out.cpu_milli = *cpu;
    } else if (name == "memory") {
      const auto memory = parse_bytes(value);
      if (!memory) return Error{"--resources memory: " + memory.error().message};
      out.memory_bytes = *memory;
    } else {
      return Error{"--resources: '" + printable(part) + "' is not known; write cpu=4,memory=8GiB"};
    }
    from = comma + 1;
  }
  return Done{};
}

Status set_environment(const std::vector<std::string>& pairs, std::map<std::string, std::string>& out) {
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    const std::string name = pair.substr(0, equals);
    if (equals == std::string::npos || !is_variable_name(name)) {
      return Error{"--env '" + printable(pair) + "': write NAME=VALUE"};
    }
    out[name] = template_of_text(pair.substr(equals + 1));
  }
  return Done{};
}

Status set_max_failures(const std::string& text, MaxFailures& out) {
  if (text.empty()) return Done{};
  if (text.ends_with('%')) {
    const auto percent = parse_percent(text);
    if (!percent) return Error{"--max-failures: " + percent.error().message};
    out.percent = *percent;
    return Done{};
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.count);
  if (error == std::errc() && end == text.data() + text.size()) return Done{};
  return Error{"--max-failures '" + printable(text) + "': write a count or a percentage, 5 or 5%"};
}

ForEach for_each_of(const ItemList& items, const std::string& blob_digest) {
  ForEach out;
  if (items.is_range) {
    out.source = ItemSource::range;
    out.range = items.range;
  } else if (needs_blob(items)) {
    out.source = ItemSource::blob;
    out.blob_digest = blob_digest;
    out.blob_count = items.packed.count;
    out.blob_bytes = items.packed.bytes.size();
  } else {
    out.source = ItemSource::values;
    out.values = unpack_items(items.packed);
  }
  return out;
}

}  // namespace

bool needs_blob(const ItemList& items) { return !items.is_range && items.packed.bytes.size() > limits::kInlineItemBytes; }

Result<Package> command_package(const CommandOptions& options, const std::string& blob_digest) {
  Task task;
  task.name = kCommandTask;
  for (const auto& one : options.argv) {
    task.argv.push_back(options.items ? template_of_argument(one) : template_of_text(one));
  }
  if (!options.cwd.empty()) {
    task.cwd = Cwd::path;
    task.cwd_path = template_of_text(options.cwd);
  }
  if (auto set = set_environment(options.env, task.env); !set) return set.error();
  if (auto set = set_resources(options.resources, task.resources); !set) return set.error();
  if (auto set = set_max_failures(options.max_failures, task.max_failures); !set) return set.error();
  if (!options.time.empty()) {
    const auto time = parse_duration(options.time);
    if (!time) return Error{"--time: " + time.error().message};
    task.limits.time = *time;
  }
  task.retry.limit = static_cast<std::uint32_t>(options.retries);
  if (options.items) task.for_each = for_each_of(*options.items, blob_digest);
  Package out;
  out.name = kCommandTask;
  out.tasks.push_back(std::move(task));
  return out;
}

}  // namespace argosy::client
