// task.list, task.show and logs.read.
#include <zstd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "catalog/logs.h"
#include "catalog/views.h"
#include "master/desk_json.h"
#include "master/desk_verbs.h"
#include "schemas/base64.h"

namespace argosy::master {
namespace {

using nlohmann::json;

constexpr std::uint64_t kLogPage = 262'144;
constexpr std::uint64_t kLogPageMost = 1'048'576;
constexpr std::uint32_t kChunkMost = 1'048'576;  // bytes of a chunk before compression

DeskRefusal no_execution(ExecutionId execution) {
  return {Refusal::not_found, "there is no execution " + std::to_string(execution.value) +
                                  "; `argosy execution list` shows those that are there"};
}

std::optional<ItemState> state_of(const std::string& name) {
  for (int code = 1; code <= 9; ++code) {
    if (to_string(static_cast<ItemState>(code)) == name) return static_cast<ItemState>(code);
  }
  return std::nullopt;
}

// "3:17" of the row's task and item.
std::string page_behind(ItemRef last) { return std::to_string(last.task.value) + ":" + std::to_string(last.item.value); }

std::optional<ItemRef> parse_page(ExecutionId execution, const std::string& text) {
  ItemRef out{execution, {}, {}};
  const char* end = text.data() + text.size();
  const auto task = std::from_chars(text.data(), end, out.task.value);
  if (task.ec != std::errc() || task.ptr == end || *task.ptr != ':') return std::nullopt;
  const auto item = std::from_chars(task.ptr + 1, end, out.item.value);
  if (item.ec != std::errc() || item.ptr != end) return std::nullopt;
  return out;
}

// The execution and, where a label is given, what it names.
struct Found {
  bool bare = false;
  std::optional<ItemChoice> choice;
};

std::variant<Found, DeskRefusal> find(Room& room, ExecutionId execution, const std::string& label) {
  const auto view = catalog::show_execution(room.catalog, execution);
  if (!view) return refusal_of(room.catalog, view.error());
  if (!*view) return no_execution(execution);
  Found out;
  out.bare = (*view)->project.empty() && (*view)->package == kCommandTask;
  if (label.empty()) return out;
  const auto plan = catalog::read_plan(room.catalog, execution);
  if (!plan) return refusal_of(room.catalog, plan.error());
  if (!*plan) return no_execution(execution);
  auto choice = find_item(**plan, out.bare, label);
  if (!choice) return DeskRefusal{Refusal::not_found, choice.error().message};
  out.choice = *choice;
  return out;
}

// The one item that a label names; a task with a single item is named by its name alone.
std::variant<catalog::ItemPage, DeskRefusal> find_one(Room& room, ExecutionId execution, const std::string& label, bool& bare) {
  auto found = find(room, execution, label);
  if (auto* refusal = std::get_if<DeskRefusal>(&found)) return *refusal;
  const auto& where = std::get<Found>(found);
  bare = where.bare;
  catalog::ItemFilter filter;
  filter.execution = execution;
  filter.limit = 2;
  if (where.choice) {
    filter.task = where.choice->task;
    filter.item = where.choice->item;
  }
  auto page = catalog::list_items(room.catalog, filter);
  if (!page) return refusal_of(room.catalog, page.error());
  if (!*page || (*page)->items.empty()) return DeskRefusal{Refusal::not_found, "there is no such task"};
  if ((*page)->items.size() > 1) {
    return DeskRefusal{Refusal::invalid, "it has several tasks: name one, as `argosy task list` shows them"};
  }
  return std::move(**page);
}

std::optional<std::string> expand(const LogChunk& chunk) {
  if (chunk.codec == LogCodec::raw) return chunk.data;
  if (chunk.length > kChunkMost) return std::nullopt;
  std::string out(chunk.length, '\0');
  const std::size_t size = ZSTD_decompress(out.data(), out.size(), chunk.data.data(), chunk.data.size());
  if (ZSTD_isError(size) != 0 || size != chunk.length) return std::nullopt;
  return out;
}

// Adds what of the chunk lies in [from, to).
bool add_chunk(const LogChunk& chunk, std::uint64_t from, std::uint64_t to, std::string& data, json& pieces) {
  const auto bytes = expand(chunk);
  if (!bytes) return false;
  std::uint64_t at = chunk.offset;
  for (const auto& piece : chunk.pieces) {
    const std::uint64_t begin = std::max(at, from);
    const std::uint64_t end = std::min(at + piece.length, to);
    if (begin < end && end - chunk.offset <= bytes->size()) {
      data.append(*bytes, begin - chunk.offset, end - begin);
      pieces.push_back({{"stream", piece.stream == 2 ? "stderr" : "stdout"}, {"length", end - begin}, {"at", time_json(piece.at)}});
    }
    at += piece.length;
  }
  return true;
}

}  // namespace

Verdict task_list(Room& room, Arguments& arguments) {
  catalog::ItemFilter filter;
  filter.execution = {arguments.number("execution", true).value_or(0)};
  const std::string label = arguments.text("task");
  const auto states = arguments.texts("status");
  filter.limit = arguments.page_limit();
  const std::string page_text = arguments.text("page");
  if (auto refusal = arguments.done()) return *refusal;
  for (const auto& name : states.value_or(std::vector<std::string>())) {
    const auto state = state_of(name);
    if (!state) return DeskRefusal{Refusal::invalid, "there is no task status '" + name + "'"};
    filter.states.push_back(*state);
  }
  auto found = find(room, filter.execution, label);
  if (auto* refusal = std::get_if<DeskRefusal>(&found)) return *refusal;
  const auto& where = std::get<Found>(found);
  if (where.choice) {
    filter.task = where.choice->task;
    filter.item = where.choice->item;
  }
  if (!page_text.empty()) filter.after = parse_page(filter.execution, page_text);
  const auto page = catalog::list_items(room.catalog, filter);
  if (!page) return refusal_of(room.catalog, page.error());
  if (!*page) return no_execution(filter.execution);
  Document out{json::array(), {}};
  for (const auto& item : (*page)->items) out.add(item_json(item, (*page)->tasks, where.bare), page_behind(item.item));
  if ((*page)->more && !out.marks.empty()) out.next = out.marks.back();
  return out;
}

Verdict task_show(Room& room, Arguments& arguments) {
  const ExecutionId execution{arguments.number("execution", true).value_or(0)};
  const std::string label = arguments.text("task");
  if (auto refusal = arguments.done()) return *refusal;
  bool bare = false;
  auto page = find_one(room, execution, label, bare);
  if (auto* refusal = std::get_if<DeskRefusal>(&page)) return *refusal;
  const auto& items = std::get<catalog::ItemPage>(page);
  const auto attempts = catalog::list_attempts(room.catalog, items.items.front().item);
  if (!attempts) return refusal_of(room.catalog, attempts.error());
  Document out{item_json(items.items.front(), items.tasks, bare), {}};
  out.body["attempts"] = json::array();
  for (const auto& attempt : *attempts) out.body["attempts"].push_back(attempt_json(attempt));
  return out;
}

Verdict logs_read(Room& room, Arguments& arguments) {
  const ExecutionId execution{arguments.number("execution", true).value_or(0)};
  const std::string label = arguments.text("task");
  const auto number = arguments.number("attempt");
  const std::int64_t offset = arguments.integer("offset", 0);
  const std::uint64_t limit = std::clamp<std::uint64_t>(arguments.number("limit").value_or(kLogPage), 1, kLogPageMost);
  if (auto refusal = arguments.done()) return *refusal;
  bool bare = false;
  auto page = find_one(room, execution, label, bare);
  if (auto* refusal = std::get_if<DeskRefusal>(&page)) return *refusal;
  const auto& item = std::get<catalog::ItemPage>(page).items.front();
  json out{{"execution", execution.value}, {"task", item_label(item.name, item.is_array, item.id, bare)}};
  AttemptRef attempt{item.item, {}};
  if (number) {
    attempt.attempt.value = static_cast<std::uint32_t>(*number);
  } else if (item.latest) {
    attempt = item.latest->attempt;
  }
  const auto size = catalog::log_size(room.catalog, attempt);
  if (!size) return refusal_of(room.catalog, size.error());
  if (!*size && number) return DeskRefusal{Refusal::not_found, "there is no attempt " + std::to_string(*number)};
  const std::uint64_t bytes = *size ? (*size)->bytes : 0;
  const std::uint64_t back = offset < 0 ? static_cast<std::uint64_t>(-(offset + 1)) + 1 : 0;
  const std::uint64_t from = offset >= 0 ? std::min<std::uint64_t>(static_cast<std::uint64_t>(offset), bytes)
                                         : bytes - std::min(back, bytes);
  const std::uint64_t to = std::min(bytes, from + limit);
  std::string data;
  json pieces = json::array();
  if (from < to) {
    const auto chunks = catalog::read_log(room.catalog, attempt, from, to - from);
    if (!chunks) return refusal_of(room.catalog, chunks.error());
    for (const auto& chunk : *chunks) {
      if (!add_chunk(chunk, from, to, data, pieces)) {
        return DeskRefusal{Refusal::invalid, "the log of this attempt cannot be read at byte " + std::to_string(chunk.offset) +
                                                 ": its chunk does not expand"};
      }
    }
  }
  out["attempt"] = *size ? json(attempt.attempt.value) : json(nullptr);
  out["offset"] = from;
  out["next_offset"] = from + data.size();
  out["size"] = bytes;
  out["ended"] = number ? *size && (*size)->ended : is_terminal(item.state);  // else another attempt may follow
  out["pieces"] = pieces;
  out["data"] = to_base64(data);
  return Document{out, {}};
}

}  // namespace argosy::master
