#include "schemas/examples/examples.h"

#include <utility>

#include "schemas/codec.h"
#include "schemas/names.h"

namespace argosy {
namespace {

const Address kBroker{Role::broker, "b1", {}};
const Address kMaster{Role::master, "m1", ConnectionId{2}};
const Address kHolder{Role::master, "", {}};
const Address kWorker{Role::worker, "w1", ConnectionId{7}};
const Address kClient{Role::submitter, "alice", ConnectionId{9}};
const std::string kDigest = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const std::string kSealed("\x00\x01\xfe\xff sealed", 11);
constexpr WallTime kAt{1'795'000'000'000'000};
const ItemRef kItem{ExecutionId{17}, TaskNo{1}, ItemNo{5}};
const AttemptRef kAttempt{kItem, AttemptNo{2}};
const SessionId kSession{0x1234'5678'9abc'def0};

Message said(const Address& from, const Address& to, Word word) {
  Message message;
  message.envelope.word = word_of(word);
  message.envelope.epoch = {3, "b1"};
  message.envelope.connection = from.role == Role::broker ? to.connection : from.connection;
  message.envelope.to = to;
  message.envelope.from = from;
  const auto is_party = [](Role role) { return role == Role::master || role == Role::worker; };
  if (is_party(from.role) && is_party(to.role)) message.envelope.reign = {ShardId{0}, Term{4}};
  message.word = std::move(word);
  return message;
}

Resources example_resources() { return {2'000, 4'294'967'296, {"gpu", "ssd"}}; }
Host example_host() { return {"node1", "b6f0a1c2d3e4", "9d1c7e52-0001"}; }

Task example_task() {
  Task task;
  task.name = "extract";
  task.after = {{TaskNo{0}, AfterOn::ended}};
  task.for_each.source = ItemSource::range;
  task.for_each.variable = "table";
  task.for_each.range = {-5, 1'000'000, 3};
  task.for_each.values = {"a", "b"};
  task.for_each.blob_digest = kDigest;
  task.for_each.blob_count = 2;
  task.for_each.blob_bytes = 4;
  task.for_each.parameter = "tables";
  task.argv = {"./extract.sh", "${{ item.table }}", "größer"};
  task.script = "echo hello\n";
  task.env = {{"LANG", "C.UTF-8"}};
  task.secrets = {{"DW_PASSWORD", "${{ params.password }}"}};
  task.cwd = Cwd::path;
  task.cwd_path = "/srv/data";
  task.resources = example_resources();
  task.limits = {seconds(1'800), 8'589'934'592, 52'428'800, 1'024, 64};
  task.retry = {2, seconds(10), seconds(300)};
  task.max_failures = {3, 5.5};
  task.lease = seconds(300);
  task.interruptions = 7;
  task.grace = seconds(5);
  task.run_as = "etl";
  return task;
}

Package example_package() {
  const Parameter day{"day", ParameterType::date, true, "2026-11-22", false, "DAY", "the day to load"};
  const Parameter password{"password", ParameterType::string, false, {}, true, "DW_PASSWORD", ""};
  return {"load", {day, password}, {example_task()}, "loads a day"};
}

Hello example_hello() {
  Hello hello;
  hello.session = kSession;
  hello.host = example_host();
  hello.build = "0.1.0";
  hello.holds = {{ShardId{0}, Term{4}}};
  hello.capacity = example_resources();
  hello.prefetch = 4;
  hello.draining = true;
  hello.held = {{kItem, example_resources()}};
  hello.incarnation = 0x0123456789abcdef;
  return hello;
}

Submit example_submit() {
  Submit submit;
  submit.key = "nightly-2026-11-22";
  submit.project = "finance/nightly";
  submit.package = "load";
  submit.version = kDigest;
  submit.inline_package = example_package();
  submit.environment = "finance/production";
  submit.parameters = {{"day", "2026-11-22"}, {"mode", "full"}};
  submit.sealed = {{"password", kSealed}};
  submit.workers = {"w1", "w2"};
  submit.worker_tags = {"gpu"};
  submit.priority = -10;
  submit.batch = "month";
  submit.watch = true;
  return submit;
}

AttemptEnd example_end() {
  AttemptEnd end;
  end.attempt = kAttempt;
  end.reason = EndReason::exit_status;
  end.exit_code = 3;
  end.signal = 15;
  end.started_at = kAt;
  end.ended_at = kAt + seconds(2);
  end.usage = {milliseconds(120), milliseconds(30), 1'048'576};
  end.log_bytes = 12;
  end.stderr_tail = "no such table\n";
  end.outputs = {{"rows", "42"}};
  end.detail = "limit of 30m";
  return end;
}

TaskSpec example_spec() {
  return {ExecutionId{17}, TaskNo{1}, example_task(), "load", kDigest, {{"DW_PASSWORD", kSealed}}};
}

WorkerPresence example_presence() {
  return {"w1", kSession, ConnectionId{7}, PresenceChange::silent, example_host(), "0.1.0", example_resources(), true};
}

std::vector<Message> session_examples() {
  const Holder holder{{ShardId{0}, Term{4}}, "m1"};
  return {
      said({Role::worker, "w1", {}}, kBroker, example_hello()),
      said(kBroker, kWorker, Welcome{ConnectionId{7}, seconds(1), seconds(4), {holder}, "prod"}),
      said(kWorker, kBroker, Bye{"stopped by its service manager"}),
      said(kWorker, kBroker, Ping{99}),
      said(kBroker, kWorker, Pong{99}),
      said(kMaster, kClient, Refused{Submit::word, Refusal::conflict, "key k1 was used for another request", "k1", {}}),
      said(kBroker, kWorker, Holders{{holder}}),
      said(kMaster, kBroker, Holding{{{ShardId{0}, Term{4}}, {ShardId{1}, Term{9}}}, 0x0123456789abcdef}),
      said(kMaster, kBroker, Roster{12, {{kDigest, "w1", Role::worker, RosterState::disabled}}, 0x0123456789abcdef}),
      said(kBroker, kMaster, Presence{true, {example_presence()}}),
      said(kBroker, kMaster,
           BrokerReport{"b1", {{kDigest, "127.0.0.1", "unknown key", 3, kAt}}, {{"refused_no_hello", 5}},
                        {{"b2", BrokerDuty::rising, {4, "b2"}, kDigest, milliseconds(40), "the link to b1 is cut"}}}),
      said({Role::broker, "b2", {}}, kBroker,
           Beat{"b2", BrokerDuty::leaving, {3, "b1"}, true, 12, 2, kDigest, "b3", "fence: exit status 1"}),
      said({Role::operator_, "root", ConnectionId{9}}, kBroker, Switchover{"b2"}),
      said(kBroker, kWorker,
           Endpoint{2, "tcp://argosy.example.org:7400", "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n"}),
  };
}

std::vector<Message> offer_examples() {
  const ItemClaim claim{kItem, "w1", kSession, ConnectionId{7}};
  return {
      said(kMaster, kBroker, Publish{{{1, example_resources(), {"w1"}}}, {{kItem, 1, -5, 17}}}),
      said(kMaster, kBroker, Withdraw{{kItem}}),
      said(kWorker, kBroker, Credit{4, true, {kItem}}),
      said(kBroker, kMaster, Claim{{claim}}),
      said(kMaster, kBroker, Declined{{claim}}),
  };
}

std::vector<Message> work_examples() {
  LogChunk chunk{kAttempt, 4, 12, {{1, 6, kAt}, {2, 6, kAt + milliseconds(1)}}, LogCodec::zstd, kSealed};
  return {
      said(kMaster, kWorker, Run{kSession, Renewal{8}, {example_spec()}, {{0, kAttempt, "orders", "5"}}}),
      said(kWorker, kHolder, Started{kSession, {{kAttempt, kAt, 4242}}}),
      said(kWorker, kHolder, Log{kSession, {chunk}}),
      said(kWorker, kHolder, Finished{kSession, {example_end()}}),
      said(kMaster, kWorker, Recorded{kSession, {kAttempt}, {{kAttempt, 16}}}),
      said(kMaster, kWorker, LogCredit{kSession, 8'388'608}),
      said(kWorker, kHolder, Return{kSession, "draining", true, {kAttempt}}),
      said(kMaster, kWorker, Stop{kSession, {kAttempt}}),
      said(kMaster, kWorker, Drop{kSession, {kAttempt}}),
      said(kWorker, kHolder, Renew{kSession, Renewal{9}, 5}),
      said(kMaster, kWorker, Granted{kSession, Renewal{9}, seconds(60), seconds(10), 5}),
      said(kWorker, kHolder, Inventory{2, kSession, SessionId{77}, example_host(), {kAttempt}, {kAttempt}, 5}),
      said(kMaster, kWorker, Reconciled{kSession, 2}),
      said(kWorker, kHolder, Fetch{kDigest, 262'144, 65'536}),
      said(kMaster, kWorker, Chunk{kDigest, 262'144, 300'000, kSealed}),
  };
}

std::vector<Message> request_examples() {
  return {
      said(kClient, kHolder, example_submit()),
      said(kMaster, kClient, Accepted{"nightly-2026-11-22", ExecutionId{17}, true}),
      said(kClient, kHolder, Watch{"r1", {ExecutionId{17}, ExecutionId{18}}}),
      said(kMaster, kClient, Changed{"r1", ExecutionId{17}, ExecutionStatus::running, {45, 9, 8, 7, 6, 5, 4, 3, 2}}),
      said(kClient, kHolder, Ask{"r2", "execution.list", R"({"page": ""})"}),
      said(kMaster, kClient, Answer{"r2", R"({"executions": []})", "17"}),
      said(kClient, kHolder, Put{kDigest, 4, 15, kSealed}),
      said(kMaster, kClient, Stored{kDigest, 15}),
      said(kClient, kHolder, Deploy{"r3", "finance/nightly", {example_package()}, kDigest, "version: 1\n"}),
  };
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<std::uint8_t>(c) >> 4];
    text += "0123456789abcdef"[static_cast<std::uint8_t>(c) & 15];
  }
  return text;
}

std::string unhex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  }
  return bytes;
}

}  // namespace

std::vector<Message> example_messages() {
  std::vector<Message> all;
  for (const auto& part : {session_examples(), offer_examples(), work_examples(), request_examples()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::string example_name(const Message& message) {
  const std::string number = std::to_string(message.envelope.word);
  return (number.size() < 2 ? "0" : "") + number + "-" + std::string(word_name(message.envelope.word));
}

std::string example_hex(const Message& message) {
  return hex(encode_envelope(message.envelope)) + "\n" + hex(encode_body(message.word)) + "\n";
}

Frames frames_of_hex(const std::string& text) {
  const std::size_t line = text.find('\n');
  const std::size_t end = text.find('\n', line + 1);
  return {unhex(std::string_view(text).substr(0, line)), unhex(std::string_view(text).substr(line + 1, end - line - 1))};
}

}  // namespace argosy
