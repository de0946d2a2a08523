-- Everything that Argosy keeps, first version, SQLite. schemas/catalog.md tells the tables and who writes them.

CREATE TABLE properties(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE migrations(
  number BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  least BIGINT NOT NULL,       -- the oldest program schema that can work on the tables from here on
  applied_at BIGINT NOT NULL) WITHOUT ROWID;

CREATE TABLE shards(
  shard BIGINT PRIMARY KEY,
  term BIGINT NOT NULL,
  master TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  confirms BIGINT NOT NULL DEFAULT 0,
  lease_us BIGINT NOT NULL DEFAULT 60000000,
  grace_us BIGINT NOT NULL DEFAULT 10000000);

CREATE TABLE masters(
  master TEXT PRIMARY KEY,
  session BIGINT NOT NULL,
  host TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  build TEXT NOT NULL,
  since BIGINT NOT NULL,
  last_seen BIGINT NOT NULL);

CREATE TABLE parties(
  role BIGINT NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  state BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (role, name)) WITHOUT ROWID;

CREATE TABLE workers(
  worker TEXT PRIMARY KEY,
  draining BIGINT NOT NULL DEFAULT 0,
  tags TEXT NOT NULL DEFAULT '',
  session BIGINT NOT NULL DEFAULT 0,
  host TEXT NOT NULL DEFAULT '',
  machine_id TEXT NOT NULL DEFAULT '',
  boot_id TEXT NOT NULL DEFAULT '',
  build TEXT NOT NULL DEFAULT '',
  connected_at BIGINT NOT NULL DEFAULT 0,
  last_seen BIGINT NOT NULL DEFAULT 0);

-- Packages by the SHA-256 of their encoding: many executions and versions share one.
CREATE TABLE plans(
  digest TEXT PRIMARY KEY,
  body BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE executions(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  shard BIGINT NOT NULL,
  status BIGINT NOT NULL,
  submitter TEXT NOT NULL,
  key TEXT NOT NULL,
  project TEXT NOT NULL,
  version TEXT NOT NULL,
  content TEXT NOT NULL,
  environment TEXT NOT NULL,
  package TEXT NOT NULL,
  plan TEXT NOT NULL,
  parameters TEXT NOT NULL,
  sealed BLOB NOT NULL,
  workers TEXT NOT NULL,
  worker_tags TEXT NOT NULL,
  priority BIGINT NOT NULL,
  batch TEXT NOT NULL,
  retry_of BIGINT NOT NULL,     -- 0: of none
  created_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '');
CREATE INDEX executions_active ON executions(shard, id) WHERE status IN (1, 2, 5, 8);
CREATE INDEX executions_by_plan ON executions(plan);
CREATE INDEX executions_by_version ON executions(version) WHERE version <> '';
CREATE INDEX executions_by_content ON executions(content) WHERE content <> '';

-- Idempotency keys. A row outlives its execution until forget_at.
CREATE TABLE keys(
  submitter TEXT NOT NULL,
  key TEXT NOT NULL,
  request_digest TEXT NOT NULL,
  execution BIGINT NOT NULL,
  forget_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (submitter, key)) WITHOUT ROWID;
CREATE INDEX keys_to_forget ON keys(forget_at) WHERE forget_at > 0;

CREATE TABLE tasks(
  execution BIGINT NOT NULL,
  task BIGINT NOT NULL,
  state BIGINT NOT NULL,        -- of items that have no attempt
  items BIGINT NOT NULL,
  low BIGINT NOT NULL,
  high BIGINT NOT NULL,
  succeeded BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  canceled BIGINT NOT NULL,
  interrupted BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  outputs TEXT NOT NULL,
  PRIMARY KEY (execution, task)) WITHOUT ROWID;

-- Items that have an attempt and have not ended: what an adopter reads. An item has one row here at most.
CREATE TABLE open_attempts(
  execution BIGINT NOT NULL,
  task BIGINT NOT NULL,
  item BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  state BIGINT NOT NULL,        -- 3 claimed, 4 running; 1 waiting, 2 ready: this attempt has ended, the next is to come
  worker TEXT NOT NULL,
  session BIGINT NOT NULL,
  claimed_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  interruptions BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  PRIMARY KEY (execution, task, item)) WITHOUT ROWID;

-- Attempts that have ended. Rows are only ever added (P4). Attempt 0: carried over from the execution retried.
CREATE TABLE attempts(
  execution BIGINT NOT NULL,
  task BIGINT NOT NULL,
  item BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  state BIGINT NOT NULL,        -- what the item became: 1, 2, 5 ... 9
  reason BIGINT NOT NULL,
  exit_code BIGINT NOT NULL,
  signal BIGINT NOT NULL,
  worker TEXT NOT NULL,
  session BIGINT NOT NULL,
  claimed_at BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  user_us BIGINT NOT NULL,
  system_us BIGINT NOT NULL,
  max_rss_bytes BIGINT NOT NULL,
  log_bytes BIGINT NOT NULL,
  stderr_tail TEXT NOT NULL,
  outputs TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (execution, task, item, attempt)) WITHOUT ROWID;

-- Output, in the chunks in which it came. Rows are only ever added (P5).
CREATE TABLE chunks(
  execution BIGINT NOT NULL,
  task BIGINT NOT NULL,
  item BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  start BIGINT NOT NULL,        -- offset of the first byte in the attempt's log
  length BIGINT NOT NULL,       -- bytes before compression
  codec BIGINT NOT NULL,
  pieces BLOB NOT NULL,
  data BLOB NOT NULL);
CREATE UNIQUE INDEX chunks_once ON chunks(execution, task, item, attempt, start, length);

CREATE TABLE projects(
  project TEXT PRIMARY KEY,
  version TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE versions(
  project TEXT NOT NULL,
  version TEXT NOT NULL,
  content TEXT NOT NULL,
  manifest TEXT NOT NULL,
  deployed_at BIGINT NOT NULL,
  deployed_by TEXT NOT NULL,
  PRIMARY KEY (project, version)) WITHOUT ROWID;
CREATE INDEX versions_by_content ON versions(content) WHERE content <> '';

CREATE TABLE packages(
  project TEXT NOT NULL,
  version TEXT NOT NULL,
  position BIGINT NOT NULL,
  package TEXT NOT NULL,
  plan TEXT NOT NULL,
  PRIMARY KEY (project, version, position)) WITHOUT ROWID;
CREATE INDEX packages_by_plan ON packages(plan);

CREATE TABLE contents(
  digest TEXT PRIMARY KEY,
  total BIGINT NOT NULL,
  stored BIGINT NOT NULL,
  complete BIGINT NOT NULL,
  items BIGINT NOT NULL,        -- NULs in what is stored: values, where it is packed values
  put_at BIGINT NOT NULL) WITHOUT ROWID;

CREATE TABLE pieces(
  digest TEXT NOT NULL,
  start BIGINT NOT NULL,
  first_item BIGINT NOT NULL,   -- NULs before this piece
  data BLOB NOT NULL);
CREATE UNIQUE INDEX pieces_once ON pieces(digest, start);

-- Which plans name which content: values of arrays.
CREATE TABLE plan_contents(
  plan TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (plan, content)) WITHOUT ROWID;
CREATE INDEX plan_contents_by_content ON plan_contents(content);

CREATE TABLE variables(
  environment TEXT NOT NULL,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  sealed BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (environment, name)) WITHOUT ROWID;

CREATE TABLE operations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  verb TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,
  source TEXT NOT NULL);     -- what makes a repeat known: shard/term/batch/place, or a request
CREATE UNIQUE INDEX operations_once ON operations(source) WHERE source <> '';
