// Projects, their versions, and content by digest: archives of packages and values of arrays.
//
// Owner, thread rule, failure: catalog.h. Who may call: any master's desk; no fence, every verb may be
// repeated. A folder is the part of a project's name before the last '/': there is no row of its own for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "catalog/operations.h"
#include "schemas/package.h"

namespace argosy::catalog {

struct Deployment {
  std::string project;  // folder/project
  std::vector<Package> packages;
  std::string content;   // digest of its archive, already complete; empty: no files
  std::string manifest;  // as written, for people
  std::string who;
  WallTime at;
};

struct Deployed {
  std::string version;   // SHA-256 over packages and content, 64 hex digits
  bool created = false;  // false: this version was there, and is the newest again
};

struct ProjectSummary {
  std::string project;
  std::string version;  // the newest
  std::vector<std::string> packages;
  WallTime deployed_at;
  std::string deployed_by;
  std::uint64_t versions = 0;
};

struct ProjectVersion {
  std::string project;
  std::string version;
  std::string content;
  std::string manifest;
  WallTime deployed_at;
  std::string deployed_by;
  std::vector<Package> packages;
};

// Failure: refused when `content` is not complete.
Result<Deployed> deploy(Catalog& catalog, const Deployment& deployment);
// By name, those after `after`, at most `limit`.
Result<std::vector<ProjectSummary>> list_projects(Catalog& catalog, const std::string& after,
                                                  std::uint32_t limit);
// Empty version: the newest. Nothing: not there.
Result<std::optional<ProjectVersion>> read_project(Catalog& catalog, const std::string& project,
                                                   const std::string& version);

struct PackageFound {
  std::string version;
  std::string content;
  std::vector<std::string> names;  // of all packages of that version
  std::optional<Package> package;  // nothing: none has that name
};
// One package, whatever stands beside it in its project. Empty version: the newest. Nothing: not there.
Result<std::optional<PackageFound>> read_package(Catalog& catalog, const std::string& project,
                                                 const std::string& version, const std::string& package);
// False: is not there, and this deed's request did not remove it before. Failure: refused while an execution of it has not
// ended. Executions keep their plans.
Result<bool> remove_project(Catalog& catalog, const std::string& project, const Deed& deed);

// -- Content. Pieces in order; a piece of content is at most kPieceBytes.

inline constexpr std::uint32_t kPieceBytes = 256 * 1024;

struct ContentPut {
  std::string digest;  // SHA-256 of the whole, 64 hex digits
  std::uint64_t offset = 0;
  std::uint64_t total = 0;
  std::string data;  // 1 … kPieceBytes; every piece but the last is exactly kPieceBytes
  WallTime at;
};

// Up to where the bytes are there; total: complete, and the SHA-256 is right. A piece that is there, or that
// lies beyond what is there, changes nothing. Failure: refused when the SHA-256 is wrong (it begins anew at
// 0) or total changed.
Result<std::uint64_t> put_content(Catalog& catalog, const ContentPut& put);

struct ContentState {
  std::uint64_t offset = 0;  // bytes there
  std::uint64_t total = 0;   // 0: never heard of
  bool complete = false;
};
Result<ContentState> content_state(Catalog& catalog, const std::string& digest);
// At most `length` bytes from `offset`; fewer at the end. Empty: not there, or not complete.
Result<std::string> read_content(Catalog& catalog, const std::string& digest, std::uint64_t offset,
                                 std::uint32_t length);
// Values [first, first + count) of content that is packed as schemas/sources.h says; fewer at the end.
Result<std::vector<std::string>> read_items(Catalog& catalog, const std::string& digest, ItemNo first,
                                            std::uint64_t count);

}  // namespace argosy::catalog
