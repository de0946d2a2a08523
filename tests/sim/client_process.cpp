#include "tests/sim/client_process.h"

#include "schemas/states.h"

namespace argosy::sim {

ClientProcess::ClientProcess(Stage& stage, const Workload& workload, std::string name, std::uint32_t number)
    : Party(stage.agenda, Role::submitter, std::move(name)), stage_(stage), workload_(workload), number_(number) {}

void ClientProcess::start() {
  process.begin();
  session_ = SessionId{1 + stage_.rng.below(1ull << 62)};
  place_.begin();
  stage_.network.join(*this);
  const Duration since = stage_.agenda.now() - kStart;
  for (const Order& order : workload_.orders()) {
    if (order.client == number_) process.post(std::max(order.when - since, Duration{}), [this, &order] { place(order); });
  }
  process.post(milliseconds(500), [this] { beat(); });
}

void ClientProcess::start_again() {
  stage_.note(name() + " starts again");
  process.end();
  stage_.network.leave(*this);
  linked_ = false;
  connection_ = {};
  requests_.clear();
  orders_.clear();
  accepted_.clear();
  watched_.clear();
  start();
}

void ClientProcess::repeat_all() {
  for (const auto& [key, execution] : accepted_) requests_[key] = {orders_.at(key).submit, false, 0, requests_[key].shard};
  say_all();
}

void ClientProcess::place(const Order& order) {
  orders_[order.submit.key] = order;
  const ShardId home = home_of(stage_.drawn, name(), order.submit.key);
  requests_[order.submit.key] = {order.submit, false, order.again, stage_.rng.chance(1, 2) ? home : ShardId{}};
  say_all();
}

void ClientProcess::link_up() {
  linked_ = true;
  heard_at_ = stage_.agenda.now();
  hello();
}

void ClientProcess::link_down() {
  linked_ = false;
  connection_ = {};
}

void ClientProcess::hello() {
  connection_ = {};
  Hello word;
  word.session = session_;
  word.host = {name() + "-host", name() + "-machine", "boot-1"};
  word.build = "sim";
  say_word(std::move(word));
}

void ClientProcess::say_word(Word word, ShardId shard) {
  if (!linked_) return;
  Message message;
  message.envelope.epoch = epoch_;
  message.envelope.connection = connection_;
  message.envelope.to.role = Role::master;
  message.envelope.reign.shard = shard;
  const bool for_broker = std::holds_alternative<Hello>(word) || std::holds_alternative<Ping>(word);
  if (for_broker) message.envelope.to.role = Role::broker;
  message.word = std::move(word);
  say(stage_, *this, std::move(message));
}

void ClientProcess::say_all() {
  if (connection_ == ConnectionId{}) return;
  for (const auto& [key, request] : requests_) {
    if (!request.answered) say_word(request.word, request.shard);
  }
  std::map<ShardId, Watch> watches;
  for (const auto& [execution, watched] : watched_) {
    if (!watched.ended || stage_.rng.chance(1, 4)) watches[watched.shard].executions.push_back(execution);
  }
  for (auto& [shard, watch] : watches) {
    watch.request = "watch-" + std::to_string(shard.value);
    say_word(watch, shard);
  }
  if (stage_.drawn.stale_desk > 0) ask_all_masters();
}

void ClientProcess::beat() {
  if (linked_ && connection_ == ConnectionId{}) hello();
  if (linked_ && stage_.agenda.now() > heard_at_ + silence_) {
    linked_ = false;
    stage_.network.reconnect(*this);
  }
  if (connection_ != ConnectionId{}) {
    say_word(Ping{1});
    if (stage_.rng.chance(1, 2)) say_all();
  }
  process.post(heartbeat_, [this] { beat(); });
}

void ClientProcess::frames_came(const Frames& frames) {
  const auto message = hear(stage_, *this, frames);
  if (!message) return;
  if (message->envelope.epoch < epoch_) return;
  if (const auto* word = std::get_if<Welcome>(&message->word)) {
    heard_at_ = stage_.agenda.now();
    connection_ = word->connection;
    epoch_ = message->envelope.epoch;
    return say_all();
  }
  if (const auto* word = std::get_if<Endpoint>(&message->word)) place_.told(*word);
  if (message->envelope.to.connection == connection_) heard_at_ = stage_.agenda.now();
  if (const auto* word = std::get_if<Accepted>(&message->word)) return on_accepted(*word);
  if (const auto* word = std::get_if<Refused>(&message->word)) return on_refused(*word);
  if (const auto* word = std::get_if<Answer>(&message->word)) requests_[word->request].answered = true;
  if (const auto* word = std::get_if<Changed>(&message->word)) {
    const auto it = watched_.find(word->execution);
    if (it != watched_.end() && is_terminal(word->status)) it->second.ended = true;
  }
}

void ClientProcess::on_accepted(const Accepted& word) {
  const auto it = requests_.find(word.key);
  if (it == requests_.end()) return;
  Request& request = it->second;
  request.answered = true;
  const Order& order = orders_.at(word.key);
  const bool first = accepted_.emplace(word.key, word.execution).second;
  if (order.submit.watch) watched_.emplace(word.execution, Watched{request.shard, false});
  if (request.again > 0) {
    --request.again;
    request.answered = false;
  } else if (order.another) {
    orders_.at(word.key).another = false;
    Submit other = order.submit;
    other.priority += 1;
    request = {other, false, 0, request.shard};
  }
  if (!first || !order.cancel_after) return;
  process.post(*order.cancel_after, [this, execution = word.execution, shard = request.shard] {
    const std::string id = "cancel-" + std::to_string(++last_request_);
    requests_[id] = {Ask{id, "execution.cancel", "{\"execution\": " + std::to_string(execution.value) + "}"}, false, 0, shard};
    say_all();
  });
}

// Whichever is asked, it knows: that of another shard reads the catalog, and so does one that has forgotten what ended.
void ClientProcess::ask_all_masters() {
  if (accepted_.empty()) return;
  for (std::uint32_t i = 0; i < stage_.drawn.shards; ++i) say_word(Watch{"look-" + std::to_string(i), open()}, ShardId{i});
}

void ClientProcess::on_refused(const Refused& word) {
  if (word.reason == Refusal::no_hello) return hello();
  if (word.reason == Refusal::other_shard && requests_.contains(word.request)) {
    Request& request = requests_[word.request];
    request.shard = word.shard;
    if (!request.answered) say_word(request.word, request.shard);
    return;
  }
  const bool final = word.reason == Refusal::conflict || word.reason == Refusal::invalid ||
                     word.reason == Refusal::not_found || word.reason == Refusal::too_large;
  const auto it = requests_.find(word.request);
  if (final && it != requests_.end()) it->second.answered = true;
}

std::vector<ExecutionId> ClientProcess::open() const {
  std::vector<ExecutionId> ids;
  for (const auto& [key, execution] : accepted_) ids.push_back(execution);
  return ids;
}

std::string ClientProcess::pending() const {
  std::string text;
  for (const auto& [key, request] : requests_) {
    if (!request.answered) text += name() + " waits for the answer to " + key + "; ";
  }
  for (const auto& [execution, watched] : watched_) {
    if (!watched.ended) text += name() + " was not told of the end of execution " + std::to_string(execution.value) + "; ";
  }
  return text;
}

}  // namespace argosy::sim
