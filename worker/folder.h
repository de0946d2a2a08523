// The worker's folder: what one worker keeps between its sessions, and the lock that makes it the only one there.
//
// lock, token (names this folder's processes, and the folder: a copy gets another token and has no predecessor, since a sweep in
// the one says nothing of the other), session (the latest session, so that the next can name its predecessor), catalog (the incarnation of the catalog that all this belongs to), spool/, content/, work/, outputs/, secrets/, trash/. Owner: the shell. One thread.
#pragma once

#include <filesystem>
#include <string>

#include "base/ids.h"
#include "base/result.h"

namespace argosy::worker {

class Folder {
 public:
  // Whether what a start has to write would find room. True also where something else is wrong: open() says what.
  static bool has_room(const std::filesystem::path& path);
  // Makes what is missing and locks it. Failure: another worker runs in it; it cannot be written; a link or a file stands where
  // one of its folders should (it is neither followed nor removed).
  static Result<Folder> open(const std::filesystem::path& path);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&&) = delete;
  ~Folder();

  const std::string& token() const { return token_; }
  SessionId predecessor() const { return predecessor_; }
  Epoch highest_epoch() const { return epoch_; }
  std::uint64_t incarnation() const { return incarnation_; }  // of the catalog, as last heard; 0: never

  // Takes away what attempts of earlier sessions left: outputs, secrets, and working directories, these into the trash.
  // Required: none of their processes runs any more, and no keeper yet.
  Status clear_attempts();

  // On disk when it returns.
  Status remember(SessionId session, const Epoch& highest_epoch);
  Status remember_incarnation(std::uint64_t incarnation);
  // The spool's folder gets another name, for people to look at; its new name. A fresh one is made at the next open.
  Result<std::filesystem::path> set_spool_aside();

  std::filesystem::path at(const char* name) const { return path_ / name; }

 private:
  Folder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_ = -1;
  std::string token_;
  SessionId predecessor_;
  Epoch epoch_;
  std::uint64_t incarnation_ = 0;
};

}  // namespace argosy::worker
