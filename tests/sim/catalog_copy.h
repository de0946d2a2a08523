// A copy of an in-memory catalog, as of the moment at which it was taken: a backup, or what a former primary still shows.
#pragma once

#include <memory>
#include <string>

#include "catalog/catalog.h"

namespace argosy::sim {

class CatalogCopy {
 public:
  explicit CatalogCopy(catalog::Catalog& of);
  ~CatalogCopy();
  CatalogCopy(const CatalogCopy&) = delete;
  CatalogCopy& operator=(const CatalogCopy&) = delete;

  catalog::Catalog& catalog() { return *catalog_; }
  // All rows of `catalog` are replaced by those of the copy.
  void restore_into(catalog::Catalog& catalog) const;

 private:
  std::string address_;  // of SQLite's memdb: there while somebody has it open
  std::unique_ptr<catalog::Catalog> catalog_;
};

}  // namespace argosy::sim
