// project deploy, list, show, validate, remove.
#include <unistd.h>

#include <iostream>
#include <sstream>

#include "base/counted.h"
#include "base/quantity.h"
#include "client/archive.h"
#include "client/cli.h"
#include "client/content.h"
#include "fabric/digest.h"
#include "fabric/sealing.h"
#include "schemas/manifest.h"

namespace argosy::client {
namespace {

using nlohmann::json;

struct ProjectArguments {
  std::string path = ".";
  std::string project;
  std::string version;
};

std::string full_name(const Project& project) { return project.folder.empty() ? project.name : project.folder + "/" + project.name; }

Outcome<Manifest> load(const std::string& path) {
  Manifest manifest = load_manifest(path, [](std::string_view bytes) { return fabric::Sha256::hex_of(bytes); });
  if (manifest.ok()) return manifest;
  std::string text = manifest.problem_text();
  if (text.ends_with('\n')) text.pop_back();
  return usage(text);
}

json summary(const Manifest& manifest) {
  json packages = json::array();
  for (const auto& package : manifest.project.packages) packages.push_back(package.name);
  return {{"project", full_name(manifest.project)}, {"file", manifest.file}, {"packages", packages}, {"valid", true}};
}

int validate(Cli& cli, const ProjectArguments& given) {
  const auto manifest = load(given.path);
  if (!manifest) {
    if (cli.output_format() == Format::json) {
      std::istringstream lines(manifest.error().message);
      json problems = json::array();
      for (std::string line; std::getline(lines, line);) problems.push_back(line);
      cli.output().one({{"file", given.path}, {"problems", problems}, {"valid", false}}, {});
    }
    return cli.fail(manifest.error());
  }
  cli.output().one(summary(*manifest), {{{"project", "project"}, {"file", "file"}, {"packages", "packages", Show::list}, {"valid", "valid"}}, "project", ""});
  return 0;
}

Outcome<Done> bring(Session& session, const std::string& what, const std::string& content) {
  const bool shown = ::isatty(STDERR_FILENO) != 0 && content.size() > kPieceBytes;
  const auto put = put_content(session, fabric::Sha256::hex_of(content), content, [&](std::uint64_t done) {
    if (shown) std::cerr << "\r\033[K" << what << ": " << done * 100 / content.size() << " % of " << format_bytes(content.size()) << std::flush;
  });
  if (shown) std::cerr << "\r\033[K" << std::flush;
  return put;
}

int deploy(Cli& cli, const ProjectArguments& given) {
  const auto manifest = load(given.path);
  if (!manifest) return cli.fail(manifest.error());
  const auto session = cli.session();
  if (!session) return cli.fail(session.error());
  Deploy word;
  word.request = fabric::random_key_text();
  word.project = full_name(manifest->project);
  word.packages = manifest->project.packages;
  word.manifest = manifest->text;
  for (const auto& [digest, items] : manifest->blobs) {
    if (const auto put = bring(**session, "items", items); !put) return cli.fail(put.error());
  }
  if (!manifest->root.empty()) {
    const auto archive = pack_folder(manifest->root);
    if (!archive) return cli.fail(trouble(archive.error(), Exit::usage));
    if (const auto put = bring(**session, "files", *archive); !put) return cli.fail(put.error());
    word.content = fabric::Sha256::hex_of(*archive);
  }
  const auto answer = (*session)->deploy(std::move(word));
  if (!answer) return cli.fail(answer.error());
  cli.output().one(json::parse(answer->document, nullptr, false),
                   {{{"project", "project"}, {"version", "version"}, {"created", "created"}, {"packages", "packages", Show::list}}, "version", ""});
  return 0;
}

int show(Cli& cli, const ProjectArguments& given) {
  const auto project = cli.ask("project.show", {{"project", given.project}, {"version", given.version}});
  if (!project) return cli.fail(project.error());
  cli.output().one(*project, {{{"project", "project"}, {"version", "version"}, {"deployed", "deployed_at", Show::time}, {"by", "deployed_by"}}, "version", ""});
  if (cli.output_format() != Format::table) return 0;
  for (const auto& package : (*project)["packages"]) {
    std::cout << "\npackage " << package["name"].get<std::string>() << ", " << counted(package["tasks"].size(), "task") << "\n";
    if (const auto text = package["description"].get<std::string>(); !text.empty()) std::cout << "  " << text << "\n";
    if (package["parameters"].empty()) continue;
    cli.output().list(package["parameters"], {{{"PARAMETER", "name"}, {"TYPE", "type"}, {"REQUIRED", "required"}, {"SENSITIVE", "sensitive"},
                                               {"DEFAULT", "default", Show::text, true}, {"FROM", "from"}}, "name", ""});
  }
  return 0;
}

}  // namespace

void add_project_verbs(CLI::App& app, Cli& cli) {
  static ProjectArguments given;
  CLI::App* project = app.add_subcommand("project", "projects and their packages");
  project->require_subcommand(1);
  CLI::App* deploys = cli.verb(*project, "deploy", "a new version from a folder with argosy.yaml, or one YAML file", [&cli] { return deploy(cli, given); });
  CLI::App* validates = cli.verb(*project, "validate", "what is wrong with it, without a cluster", [&cli] { return validate(cli, given); });
  for (CLI::App* verb : {deploys, validates}) verb->add_option("path", given.path, "folder or YAML file (.)");
  cli.verb(*project, "list", "all projects", [&cli] {
    return cli.show_list("project.list", json::object(), {{{"PROJECT", "project", Show::text, true}, {"PACKAGES", "packages", Show::list, true}, {"DEPLOYED", "deployed_at", Show::time},
                                                           {"VERSIONS", "versions", Show::count}}, "project", "no project; `argosy project deploy` brings one"});
  });
  CLI::App* shows = cli.verb(*project, "show", "one project with its packages and their parameters", [&cli] { return show(cli, given); });
  shows->add_option("--project-version", given.version, "digest of a version; the newest when left out");
  CLI::App* removes = cli.verb(*project, "remove", "forgets a project; executions keep what they ran", [&cli] {
    return cli.show_one("project.remove", {{"project", given.project}}, {{{"project", "project"}, {"removed", "removed"}}, "project", ""});
  });
  for (CLI::App* verb : {shows, removes}) verb->add_option("project", given.project, "FOLDER/PROJECT")->required();
}

}  // namespace argosy::client
