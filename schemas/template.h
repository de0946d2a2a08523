// ${{ … }}: the places in a task's command where Argosy puts values. ${ } without the second brace stays the
// shell's.
//
//   ${{ params.NAME }}             a parameter; a sensitive one only in `secrets`
//   ${{ item }}                    the array's item; ${{ item.VARIABLE }} too, VARIABLE being the name under
//   for_each
//   ${{ item.MEMBER }}             a member of an item that is a JSON object; MEMBER may be a path: a.b
//   ${{ tasks.NAME.output.KEY }}   what an earlier task (no array) wrote to $ARGOSY_OUTPUT as KEY=value
//   ${{ environment.NAME }}        a variable of the environment that the execution was submitted with
//   ${{ 'text' }}                  the text itself: ${{ '${{' }} writes a literal ${{
//
// Values go in as they are in an argument, a variable or a secret. In a script a placeholder becomes
// ${ARGOSY_Vn}, a variable that holds the value: the shell never reads a value as program text, whatever
// stands in it. (Hence none is replaced between single quotes, and outside of double quotes the shell splits
// it into words like any variable.)
//
// Binding is partial: what the scope does not know yet is left for the next one, and values already put in
// are written so that the next one does not read them as placeholders. The last one says that it is
// (Scope::last).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schemas/package.h"

namespace argosy {

enum class PlaceholderKind : std::uint8_t { param, item, item_member, output, environment, literal };

struct Placeholder {
  PlaceholderKind kind = PlaceholderKind::literal;
  std::string name;        // of the parameter, member (path), output key or variable; the text of a literal
  std::string task;        // for output
  std::size_t offset = 0;  // of its "${{"
};

// Either text, or a placeholder.
struct TemplatePiece {
  std::string text;
  std::optional<Placeholder> placeholder;
};

// Fails with what is wrong and the offset in bytes: "at offset 12: ${{ is never closed; …".
Result<std::vector<TemplatePiece>> parse_template(std::string_view text);

// What is known. A null pointer: not known yet, leave it (or an error, if last); a map without the name: an
// error.
struct Scope {
  bool last = false;  // nobody binds after this: the result is plain text
  const std::map<std::string, std::string>* params = nullptr;
  const std::map<std::string, std::string>* environment = nullptr;
  const std::map<std::string, std::map<std::string, std::string>>* outputs =
      nullptr;  // by task name, then key
  const std::string* item = nullptr;
  std::string item_variable;  // ForEach::variable
};

// `text` with what the scope knows put in.
Result<std::string> bind_template(std::string_view text, const Scope& scope);

// A template that becomes `text`, whatever stands in it.
std::string template_of_text(std::string_view text);

// The same for an argument of a bare command of an array: each {} becomes the item.
std::string template_of_argument(std::string_view text);

// The part of a task that holds templates; it can stand in Run by itself.
struct Command {
  std::vector<std::string> argv;
  std::optional<std::string> script;
  std::map<std::string, std::string> env;
  std::map<std::string, std::string> secrets;
  std::string cwd_path;

  template <class V>
  void visit(V& v) {
    v(argv), v(script), v(env), v(secrets), v(cwd_path);
  }
  bool operator==(const Command&) const = default;
};

Command command_of(const Task& task);

// Binds every template of a command. After a scope that knows all, a worker runs `argv`, or {"sh", "-eu",
// "-c", *script}. Fails when a value is missing, or an argument grows past limits::kArgumentBytes.
Result<Command> bind_command(const Command& command, const Scope& scope);

}  // namespace argosy
