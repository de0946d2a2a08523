#include "schemas/template.h"

#include "base/limits.h"
#include "base/text.h"
#include "schemas/json_text.h"

namespace argosy {
namespace {

constexpr std::string_view kOpen = "${{";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kKinds =
    "write params.NAME, item, item.NAME, tasks.NAME.output.KEY, environment.NAME or a text in single quotes";

Error at_offset(std::size_t offset, const std::string& what) {
  return Error{"at offset " + std::to_string(offset) + ": " + what};
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Takes `prefix` off; false if it is not there.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_member_path(std::string_view path) {
  for (;;) {
    const auto dot = path.find('.');
    if (!is_parameter_name(path.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    path.remove_prefix(dot + 1);
  }
}

// What stands between the braces, blanks taken off; nothing if it is none of the known forms.
std::optional<Placeholder> read_expression(std::string_view text) {
  Placeholder out;
  const auto named = [&](PlaceholderKind kind, bool valid) -> std::optional<Placeholder> {
    if (!valid) return std::nullopt;
    out.kind = kind;
    out.name = std::string(text);
    return out;
  };
  if (text == "item") return named(PlaceholderKind::item, true);
  if (take_prefix(text, "item.")) return named(PlaceholderKind::item_member, is_member_path(text));
  if (take_prefix(text, "params.")) return named(PlaceholderKind::param, is_parameter_name(text));
  if (take_prefix(text, "environment.")) return named(PlaceholderKind::environment, is_parameter_name(text));
  if (take_prefix(text, "tasks.")) {
    constexpr std::string_view kOutput = ".output.";
    const auto middle = text.rfind(kOutput);
    if (middle == std::string_view::npos) return std::nullopt;
    out.task = std::string(text.substr(0, middle));
    text.remove_prefix(middle + kOutput.size());
    return named(PlaceholderKind::output, is_name(out.task) && is_parameter_name(text));
  }
  return std::nullopt;
}

// Reads the placeholder whose "${{" stands at `at`, and moves `at` past it.
Result<Placeholder> read_placeholder(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  const auto unclosed = [&] {
    return at_offset(start,
                     "${{ is never closed; write }} after it, or ${{ '${{' }} for the characters themselves");
  };
  std::size_t inside = text.find_first_not_of(" \t\r\n", start + kOpen.size());
  if (inside == std::string_view::npos) return unclosed();
  if (text[inside] == '\'') {
    const auto quote = text.find('\'', inside + 1);
    const auto close = quote == std::string_view::npos ? quote : text.find(kClose, quote + 1);
    if (close == std::string_view::npos) return unclosed();
    if (!trimmed(text.substr(quote + 1, close - quote - 1)).empty()) {
      return at_offset(quote + 1, "only }} may follow the closing quote");
    }
    at = close + kClose.size();
    return Placeholder{PlaceholderKind::literal, std::string(text.substr(inside + 1, quote - inside - 1)), "",
                       start};
  }
  const auto close = text.find(kClose, inside);
  if (close == std::string_view::npos) return unclosed();
  const auto expression = trimmed(text.substr(inside, close - inside));
  auto found = read_expression(expression);
  if (!found) {
    return at_offset(
        start, "\"" + printable(expression) + "\" is nothing that Argosy knows; " + std::string(kKinds));
  }
  found->offset = start;
  at = close + kClose.size();
  return *found;
}

std::string written(const Placeholder& placeholder) {
  switch (placeholder.kind) {
    case PlaceholderKind::param:
      return "params." + placeholder.name;
    case PlaceholderKind::item:
      return "item";
    case PlaceholderKind::item_member:
      return "item." + placeholder.name;
    case PlaceholderKind::output:
      return "tasks." + placeholder.task + ".output." + placeholder.name;
    case PlaceholderKind::environment:
      return "environment." + placeholder.name;
    case PlaceholderKind::literal:
      return "'" + placeholder.name + "'";
  }
  return {};
}

using Found = Result<std::optional<std::string>>;  // nothing: not known yet

Found look_up(const std::map<std::string, std::string>* values, const Placeholder& placeholder,
              const char* missing) {
  if (values == nullptr) return std::optional<std::string>{};
  const auto it = values->find(placeholder.name);
  if (it == values->end()) return Error{written(placeholder) + " has no value; " + missing};
  return std::optional<std::string>(it->second);
}

Found item_member(const Scope& scope, const Placeholder& placeholder) {
  std::string_view path = placeholder.name;
  if (!scope.item_variable.empty()) {
    if (path == scope.item_variable) return std::optional<std::string>(*scope.item);
    if (path.substr(0, scope.item_variable.size() + 1) == scope.item_variable + ".") {
      path.remove_prefix(scope.item_variable.size() + 1);
    }
  }
  std::string value = *scope.item;
  for (;;) {
    const auto dot = path.find('.');
    auto member = json_member(value, path.substr(0, dot));
    if (!member) {
      return Error{written(placeholder) + " has no value; the item is \"" + printable(*scope.item) +
                   "\", which has no such member"};
    }
    if (dot == std::string_view::npos) return std::optional<std::string>(json_plain(*member));
    value = std::move(*member);
    path.remove_prefix(dot + 1);
  }
}

Found find_value(const Scope& scope, const Placeholder& placeholder) {
  switch (placeholder.kind) {
    case PlaceholderKind::literal:
      return std::optional<std::string>(placeholder.name);
    case PlaceholderKind::param:
      return look_up(scope.params, placeholder, "give it with -p");
    case PlaceholderKind::environment:
      return look_up(scope.environment, placeholder, "set it in the environment");
    case PlaceholderKind::item:
      return scope.item == nullptr ? std::optional<std::string>{} : std::optional<std::string>(*scope.item);
    case PlaceholderKind::item_member:
      if (scope.item == nullptr) return std::optional<std::string>{};
      return item_member(scope, placeholder);
    case PlaceholderKind::output: {
      if (scope.outputs == nullptr) return std::optional<std::string>{};
      const auto task = scope.outputs->find(placeholder.task);
      static const std::map<std::string, std::string> kNone;
      return look_up(task == scope.outputs->end() ? &kNone : &task->second, placeholder,
                     "the task must write KEY=value to $ARGOSY_OUTPUT");
    }
  }
  return std::optional<std::string>{};
}

// `text` so that parsing gives it back as text.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t at = 0;;) {
    const auto open = text.find(kOpen, at);
    out += text.substr(at, open == std::string_view::npos ? open : open - at);
    if (open == std::string_view::npos) return out;
    out += "${{ '${{' }}";
    at = open + kOpen.size();
  }
}

// Gathers what a template becomes: plain text is escaped only once all neighbours are known, since "$" + "{{"
// is a start.
class Output {
 public:
  explicit Output(bool last) : last_(last) {}

  void plain(std::string_view text) { pending_ += text; }
  void placeholder(const Placeholder& placeholder) {
    flush();
    out_ += "${{ " + written(placeholder) + " }}";
  }
  std::string take() {
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    out_ += last_ ? pending_ : escaped(pending_);
    pending_.clear();
  }

  bool last_;
  std::string pending_;
  std::string out_;
};

// Puts values in; `put` says how a value of a placeholder enters the text.
template <class Put>
Result<std::string> bind_with(std::string_view text, const Scope& scope, Put put) {
  if (text.find(kOpen) == std::string_view::npos) return std::string(text);
  auto pieces = parse_template(text);
  if (!pieces) return pieces.error();
  Output out(scope.last);
  for (const auto& piece : *pieces) {
    out.plain(piece.text);
    if (!piece.placeholder) continue;
    auto value = find_value(scope, *piece.placeholder);
    if (!value) return at_offset(piece.placeholder->offset, value.error().message);
    if (value->has_value()) {
      out.plain(put(*piece.placeholder, **value));
    } else if (scope.last) {
      return at_offset(piece.placeholder->offset, written(*piece.placeholder) + " has no value here");
    } else {
      out.placeholder(*piece.placeholder);
    }
  }
  return out.take();
}

// A variable for a value of a script, added to `env`; the same value of one pass is not looked for twice.
std::string script_variable(const std::string& value, bool last, int& next,
                            std::map<std::string, std::string>& env) {
  std::string name;
  do {
    name = "ARGOSY_V" + std::to_string(next++);
  } while (env.count(name) != 0);
  env[name] = last ? value : escaped(value);
  return name;
}

Status bind_map(const std::map<std::string, std::string>& from, const Scope& scope, const char* what,
                std::map<std::string, std::string>& to) {
  for (const auto& [name, text] : from) {
    auto bound = bind_template(text, scope);
    if (!bound) return Error{std::string(what) + "." + name + ": " + bound.error().message};
    if (bound->size() + name.size() + 1 > limits::kArgumentBytes) {
      return Error{std::string(what) + "." + name + ": its value is too long; Linux takes at most 128 KiB"};
    }
    to[name] = std::move(*bound);
  }
  return Done{};
}

}  // namespace

Result<std::vector<TemplatePiece>> parse_template(std::string_view text) {
  std::vector<TemplatePiece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find(kOpen, at);
    if (open != at)
      pieces.push_back({std::string(text.substr(at, open == std::string_view::npos ? open : open - at)), {}});
    if (open == std::string_view::npos) break;
    at = open;
    auto placeholder = read_placeholder(text, at);
    if (!placeholder) return placeholder.error();
    pieces.push_back({"", std::move(*placeholder)});
  }
  return pieces;
}

Result<std::string> bind_template(std::string_view text, const Scope& scope) {
  return bind_with(text, scope, [](const Placeholder&, const std::string& value) { return value; });
}

std::string template_of_text(std::string_view text) {
  return escaped(text);
}

std::string template_of_argument(std::string_view text) {
  std::string out;
  for (;;) {
    const auto hole = text.find("{}");
    out += escaped(text.substr(0, hole));
    if (hole == std::string_view::npos) return out;
    out += "${{ item }}";
    text.remove_prefix(hole + 2);
  }
}

Command command_of(const Task& task) {
  return {task.argv, task.script, task.env, task.secrets, task.cwd_path};
}

Result<Command> bind_command(const Command& command, const Scope& scope) {
  Command out;
  for (std::size_t i = 0; i < command.argv.size(); ++i) {
    const std::string where = "run[" + std::to_string(i) + "]: ";
    auto bound = bind_template(command.argv[i], scope);
    if (!bound) return Error{where + bound.error().message};
    if (bound->size() > limits::kArgumentBytes) {
      return Error{where + "the argument is too long; Linux takes at most 128 KiB, so pass a file instead"};
    }
    out.argv.push_back(std::move(*bound));
  }
  auto bound = bind_map(command.env, scope, "env", out.env);
  if (!bound) return bound.error();
  bound = bind_map(command.secrets, scope, "secrets", out.secrets);
  if (!bound) return bound.error();
  if (command.script) {
    int next = 1;
    auto script =
        bind_with(*command.script, scope, [&](const Placeholder& placeholder, const std::string& value) {
          if (placeholder.kind == PlaceholderKind::literal) return value;
          return "${" + script_variable(value, scope.last, next, out.env) + "}";
        });
    if (!script) return Error{"run: " + script.error().message};
    out.script = std::move(*script);
  }
  auto cwd = bind_template(command.cwd_path, scope);
  if (!cwd) return Error{"cwd: " + cwd.error().message};
  out.cwd_path = std::move(*cwd);
  return out;
}

}  // namespace argosy
