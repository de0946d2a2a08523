-- SQLite has no logins: whoever can open the file can write it, so there is nothing to do for output.
-- Which schema the program of a registered master was built for; a master without a row here is of schema 2.
CREATE TABLE programs(
  master TEXT NOT NULL PRIMARY KEY,
  session INTEGER NOT NULL,
  schema INTEGER NOT NULL) WITHOUT ROWID;
