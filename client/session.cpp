#include "client/session.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/quantity.h"
#include "client/requests.h"
#include "fabric/cluster_socket.h"
#include "fabric/clock.h"
#include "fabric/context.h"
#include "fabric/host_facts.h"
#include "fabric/poll.h"
#include "fabric/sealing.h"
#include "schemas/codec.h"
#include "schemas/names.h"

namespace argosy::client {
namespace {

std::string id_of(const Incoming& incoming) {
  if (const auto* accepted = std::get_if<Accepted>(&incoming)) return accepted->key;
  if (const auto* answer = std::get_if<Answer>(&incoming)) return answer->request;
  if (const auto* stored = std::get_if<Stored>(&incoming)) return stored->digest;
  if (const auto* changed = std::get_if<Changed>(&incoming)) return changed->request;
  if (const auto* refused = std::get_if<Refused>(&incoming)) return refused->request;
  return {};
}

}  // namespace

struct Session::State {
  explicit State(SessionOptions given) : options(std::move(given)), requests(options.unanswered_most) {}

  SessionOptions options;
  Layout layout;
  fabric::Context context{1};
  std::unique_ptr<fabric::ClusterSocket> socket;
  fabric::PollSet polls;
  std::optional<fabric::Token> interrupt;
  SessionId session = fabric::random_session_id();
  Epoch epoch;
  ConnectionId connection;            // 0: not welcomed
  std::map<ShardId, Holder> holders;  // as the broker tells
  Duration heartbeat = seconds(1);
  Duration silence = seconds(4);
  Time heard, said;
  Requests requests;
  std::deque<Incoming> arrived;
  std::string last_trouble;

  void send(const Word& word, ShardId shard);
  ShardId any_shard() const;
  void say_hello();
  void on_welcome(const Envelope& envelope, const Welcome& welcome);
  void on_message(fabric::Frames frames);
  void on_refused(Refused refused);
  void on_holders(const std::vector<Holder>& news);
  void on_word(const Envelope& envelope, Word word);
  void on_events(Time now);
  void deliver(Incoming incoming);
  void lose_connection();
  void say_requests(Time now);
  void keep_alive(Time now);
  Time next_duty() const;
  bool pump(std::optional<Time> deadline);  // one wait; true: interrupted
};

// One that somebody holds: all masters answer for what is no execution's own.
ShardId Session::State::any_shard() const {
  for (const auto& [shard, holder] : holders) {
    if (!holder.master.empty()) return shard;
  }
  return {};
}

void Session::State::send(const Word& word, ShardId shard) {
  Envelope envelope;
  envelope.word = word_of(word);
  envelope.epoch = epoch;
  envelope.connection = connection;
  envelope.reign.shard = shard;
  const bool to_broker = std::holds_alternative<Hello>(word) || std::holds_alternative<Ping>(word) ||
                         std::holds_alternative<Bye>(word) || std::holds_alternative<Switchover>(word);
  envelope.to.role = to_broker ? Role::broker : Role::master;
  std::vector<fabric::Frame> frames;
  frames.emplace_back(encode_envelope(envelope));
  frames.emplace_back(encode_body(word));
  if (socket->send(frames) == fabric::Sent::sent) said = fabric::read_steady();
}

void Session::State::say_hello() {
  Hello hello;
  hello.session = session;
  const auto facts = fabric::read_host_facts();
  hello.host = {facts.name, facts.machine_id, facts.boot_id};
  hello.build = "argosy client";
  connection = {};
  send(hello, {});
}

void Session::State::lose_connection() {
  connection = {};
  requests.lose_connection();
}

void Session::State::on_welcome(const Envelope& envelope, const Welcome& welcome) {
  if (envelope.epoch < epoch) {
    last_trouble = "the broker that answers is of an earlier epoch than one heard before";
    return;
  }
  lose_connection();
  holders.clear();
  for (const Holder& holder : welcome.holders) holders[holder.reign.shard] = holder;
  epoch = envelope.epoch;
  connection = welcome.connection;
  heartbeat = std::max(welcome.heartbeat, milliseconds(50));
  silence = std::max(welcome.silence, milliseconds(200));
  arrived.emplace_back(Reconnected{});
}

// A shard has another holder: what its former one heard and did not answer is lost. All is said again, as after a Welcome.
void Session::State::on_holders(const std::vector<Holder>& news) {
  std::set<ShardId> changed;
  for (const Holder& holder : news) {
    Holder& known = holders[holder.reign.shard];
    if (holder.reign.term < known.reign.term || holder == known) continue;
    known = holder;
    if (!holder.master.empty()) changed.insert(holder.reign.shard);
  }
  if (changed.empty() || connection.value == 0) return;
  requests.lose_holders(changed);
  arrived.emplace_back(Reconnected{});
}

void Session::State::deliver(Incoming incoming) {
  const bool answers = std::holds_alternative<Accepted>(incoming) || std::holds_alternative<Answer>(incoming);
  const bool closed = !std::holds_alternative<Changed>(incoming) && requests.close(id_of(incoming));
  if (answers && !closed) return;  // answered before
  arrived.push_back(std::move(incoming));
}

void Session::State::on_refused(Refused refused) {
  if (refused.reason == Refusal::no_hello) {
    if (connection.value != 0) say_hello();  // else it is on its way
    return;
  }
  last_trouble = std::string(to_string(refused.reason)) + (refused.text.empty() ? "" : ": " + refused.text);
  if (!requests.keep(refused, any_shard(), fabric::read_steady())) deliver(std::move(refused));
}

void Session::State::on_word(const Envelope& envelope, Word word) {
  if (auto* welcome = std::get_if<Welcome>(&word)) return on_welcome(envelope, *welcome);
  if (std::holds_alternative<Bye>(word)) return lose_connection();
  if (auto* news = std::get_if<Holders>(&word)) return on_holders(news->holders);
  if (auto* endpoint = std::get_if<Endpoint>(&word)) {
    return socket->move({endpoint->serial, endpoint->endpoint, endpoint->certificates, false}, fabric::read_steady());
  }
  if (auto* refused = std::get_if<Refused>(&word)) return on_refused(std::move(*refused));
  if (auto* accepted = std::get_if<Accepted>(&word)) return deliver(std::move(*accepted));
  if (auto* answer = std::get_if<Answer>(&word)) return deliver(std::move(*answer));
  if (auto* stored = std::get_if<Stored>(&word)) return deliver(std::move(*stored));
  if (auto* changed = std::get_if<Changed>(&word)) return deliver(std::move(*changed));
}

void Session::State::on_message(fabric::Frames frames) {
  heard = fabric::read_steady();
  if (frames.size() != 2) return;
  const auto envelope = decode_envelope(frames[0].view());
  if (!envelope) {
    last_trouble = "an envelope that cannot be read: " + envelope.error().message;
    return;
  }
  auto word = decode_body(envelope->word, frames[1].view());
  if (!word) {
    last_trouble = "a word that cannot be read: " + word.error().message;
    return;
  }
  on_word(*envelope, std::move(*word));
}

void Session::State::on_events(Time now) {
  std::vector<fabric::ClientEvent> events;
  socket->take_events(now, events);
  for (const auto& note : socket->take_notes()) {
    if (options.note) options.note(note);
  }
  for (const auto& event : events) {
    switch (event.kind) {
      case fabric::ClientEventKind::connected:
        heard = now;
        say_hello();
        break;
      case fabric::ClientEventKind::disconnected:
        last_trouble = "the connection to " + socket->endpoint() + " ended";
        lose_connection();
        break;
      case fabric::ClientEventKind::handshake_refused:
        last_trouble = socket->endpoint() + ": handshake refused (" + std::string(to_text(event.refusal)) +
                       "); is this key on the roster and the endpoint's certificate the right one?";
        break;
      case fabric::ClientEventKind::unreachable:
        last_trouble = socket->endpoint() + ": nobody listens there; " +
                       (std::filesystem::exists(layout.lock()) ? "is the cluster up? `argosy up --dir " + layout.root.string() + "` starts it" : "is the cluster up?");
        break;
    }
  }
}

void Session::State::say_requests(Time now) {
  if (connection.value == 0) return;
  while (const auto* request = requests.next(now)) {
    if (request->shards.empty()) send(request->word, any_shard());
    for (const ShardId shard : request->shards) send(request->word, shard);
  }
}

void Session::State::keep_alive(Time now) {
  if (!socket->connected()) return;
  if (heard + silence <= now) {
    last_trouble = socket->endpoint() + " says nothing";
    lose_connection();
    std::vector<fabric::ClientEvent> events;
    socket->reconnect(now, events);
    heard = now;
    return;
  }
  if (said + heartbeat > now) return;
  if (connection.value == 0) {
    say_hello();
  } else {
    send(Ping{}, {});
  }
  said = now;
}

Time Session::State::next_duty() const {
  Time duty = std::min(heard + silence, said + heartbeat);
  if (!socket->connected()) duty = fabric::read_steady() + seconds(1);
  if (connection.value != 0) duty = std::min(duty, requests.due().value_or(duty));
  return duty;
}

bool Session::State::pump(std::optional<Time> deadline) {
  Time until = next_duty();
  if (deadline) until = std::min(until, *deadline);
  std::vector<fabric::Readiness> ready;
  polls.wait(until, ready);
  const Time now = fabric::read_steady();
  on_events(now);
  fabric::Frames frames;
  while (socket->receive(frames)) on_message(std::move(frames));
  keep_alive(now);
  say_requests(now);
  return std::any_of(ready.begin(), ready.end(), [&](const auto& r) { return interrupt && r.token == *interrupt; });
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}

Session::~Session() {
  if (state_->connection.value != 0) state_->send(Bye{"done"}, {});
}

Outcome<std::unique_ptr<Session>> Session::open(const Profile& profile, SessionOptions options) {
  auto state = std::make_unique<State>(options);
  state->layout = profile.layout;
  fabric::ClientOptions socket;
  socket.keys = profile.keys;
  socket.max_message_bytes = limits::kMessageBytes;
  const Layout& layout = profile.layout;
  auto connected = fabric::ClusterSocket::connect(
      state->context, {profile.cluster.endpoint, layout.authority(), layout.endpoint_certificate(), layout.endpoint_moved()}, socket);
  if (!connected) return argosy::client::trouble(connected.error(), Exit::usage);
  state->socket = std::move(*connected);
  state->heard = state->said = fabric::read_steady();
  state->polls.add(*state->socket);
  if (options.interrupt_fd >= 0) state->interrupt = state->polls.add(options.interrupt_fd);
  return std::unique_ptr<Session>(new Session(std::move(state)));
}

void Session::request(const std::string& id, Word word, std::optional<ShardId> shard) {
  Requests::Request one{.word = std::move(word)};
  if (shard) one.shards.insert(*shard);
  state_->requests.open(id, std::move(one));
  state_->say_requests(fabric::read_steady());
}

void Session::stand(const std::string& id, Word word) {
  state_->requests.open(id, {.word = std::move(word), .stands = true});
  state_->say_requests(fabric::read_steady());
}

void Session::forget(const std::string& id) { state_->requests.close(id); }

bool Session::say(Word word) {
  if (state_->connection.value == 0) return false;
  state_->send(word, state_->any_shard());
  return true;
}

Incoming Session::next(std::optional<Time> deadline) {
  while (true) {
    if (!state_->arrived.empty()) {
      Incoming first = std::move(state_->arrived.front());
      state_->arrived.pop_front();
      return first;
    }
    if (deadline && *deadline <= fabric::read_steady()) return TimedOut{};
    if (state_->pump(deadline)) return Interrupted{};
  }
}

bool Session::pause(Duration duration) {
  const Time end = fabric::read_steady() + duration;
  while (fabric::read_steady() < end) {
    if (state_->pump(end)) return true;
  }
  return false;
}

Time Session::patience_ends() const { return fabric::read_steady() + state_->options.patience; }
std::string Session::last_trouble() const { return state_->last_trouble; }

Outcome<Incoming> Session::reply_to(const std::string& id) {
  const Time deadline = patience_ends();
  std::deque<Incoming> others;
  std::optional<Outcome<Incoming>> result;
  while (!result) {
    Incoming incoming = next(deadline);
    if (id_of(incoming) == id && !std::holds_alternative<Changed>(incoming)) {
      if (const auto* refused = std::get_if<Refused>(&incoming)) {
        result = argosy::client::trouble(*refused);
      } else {
        result = std::move(incoming);
      }
    } else if (std::holds_alternative<TimedOut>(incoming)) {
      result = Trouble{Exit::unavailable, "no answer within " + format_duration(state_->options.patience) +
                                              (last_trouble().empty() ? "" : "; " + last_trouble())};
    } else if (std::holds_alternative<Interrupted>(incoming)) {
      result = Trouble{Exit::interrupted, "interrupted before the answer came"};
    } else if (!std::holds_alternative<Reconnected>(incoming)) {
      others.push_back(std::move(incoming));
    }
  }
  forget(id);
  for (auto it = others.rbegin(); it != others.rend(); ++it) state_->arrived.push_front(std::move(*it));
  return std::move(*result);
}

template <class Reply>
Outcome<Reply> Session::exchange(const std::string& id, Word word, std::optional<ShardId> shard) {
  request(id, std::move(word), shard);
  auto reply = reply_to(id);
  if (!reply) return reply.error();
  if (auto* expected = std::get_if<Reply>(&*reply)) return std::move(*expected);
  return Trouble{Exit::failed, "the request was answered by another word"};
}

Outcome<Answer> Session::ask(const std::string& verb, const std::string& arguments, std::optional<ShardId> shard) {
  const std::string id = fabric::random_key_text();
  return exchange<Answer>(id, Ask{id, verb, arguments}, shard);
}

Outcome<Answer> Session::deploy(Deploy deploy) {
  const std::string id = deploy.request;
  return exchange<Answer>(id, std::move(deploy));
}

Outcome<Accepted> Session::submit(Submit submit) {
  const std::string id = submit.key;
  return exchange<Accepted>(id, std::move(submit));
}

// Said again on a new connection in the same epoch: it may be lost. Where it was heard, the epoch is another one.
Outcome<std::string> Session::switchover(const std::string& to) {
  const Time deadline = patience_ends();
  std::optional<Epoch> before;
  if (say(Switchover{to})) before = state_->epoch;
  while (true) {
    const Incoming incoming = next(deadline);
    if (std::holds_alternative<Reconnected>(incoming)) {
      if (before && state_->epoch > *before) return state_->epoch.broker;
      if (say(Switchover{to})) before = state_->epoch;
    } else if (const auto* refused = std::get_if<Refused>(&incoming)) {
      if (refused->refused_word != Switchover::word) continue;
      // The other one may only be coming back.
      if (refused->reason != Refusal::unreachable || deadline <= fabric::read_steady() + kRetryTransient) return argosy::client::trouble(*refused);
      if (pause(kRetryTransient)) return Trouble{Exit::interrupted, "interrupted before another broker served"};
      if (say(Switchover{to})) before = state_->epoch;
    } else if (std::holds_alternative<TimedOut>(incoming)) {
      const std::string last = last_trouble().empty() ? "" : "; " + last_trouble();
      return Trouble{Exit::unavailable, (before ? "it was asked for, and no broker serves in a higher epoch yet"
                                                : "no broker could be asked") + last};
    } else if (std::holds_alternative<Interrupted>(incoming)) {
      return Trouble{Exit::interrupted, "interrupted before another broker served"};
    }
  }
}

Trouble trouble(const Refused& refused) {
  const std::string text = refused.text.empty() ? std::string(to_string(refused.reason)) : refused.text;
  switch (refused.reason) {
    case Refusal::unreachable:
    case Refusal::busy:
    case Refusal::catalog_unavailable:
    case Refusal::not_active:
      return {Exit::unavailable, text};
    case Refusal::invalid:
      return {Exit::usage, text};
    default:
      return {Exit::failed, text};
  }
}

}  // namespace argosy::client
