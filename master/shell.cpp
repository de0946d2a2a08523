#include "master/shell.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <optional>

#include "base/limits.h"
#include "base/text.h"
#include "base/version.h"
#include "catalog/catalog.h"
#include "catalog/fleet.h"
#include "fabric/cluster_socket.h"
#include "fabric/clock.h"
#include "fabric/host_facts.h"
#include "fabric/poll.h"
#include "fabric/sealing.h"
#include "fabric/signals.h"
#include "fabric/wakeup.h"
#include "master/catalog_sealer.h"
#include "master/desk.h"
#include "master/machine.h"
#include "master/state.h"
#include "master/step.h"
#include "master/undecodable.h"
#include "master/writer.h"
#include "schemas/codec.h"

namespace argosy::master {
namespace {

constexpr Duration leave_within = seconds(5);
constexpr int messages_a_turn = 256;  // before effects are honoured: the group of a group commit

class Shell {
 public:
  explicit Shell(const MasterConfig& config) : config_(config), signals_({SIGTERM, SIGINT}) {}

  Status open();
  int run();

 private:
  Status prepare_catalog(const Self& self);
  void take_link();
  void connect_anew();
  void tell_link(const std::vector<fabric::ClientEvent>& events);
  void take_messages();
  void refuse_undecodable(const Envelope& heard, std::string_view body, const DecodeError& why);
  void take_writer();
  void take_desk();
  void take_signals();
  void feed(Event event) { machine_->step(now_, std::move(event), effects_); }
  void honour();
  void send(const Message& message);
  void note_presence(const Word& word);
  void tell_once();

  MasterConfig config_;
  fabric::Signals signals_;
  fabric::Context context_;
  fabric::Wakeup writer_wakeup_, desk_wakeup_;
  std::unique_ptr<CatalogSealer> sealer_;
  std::unique_ptr<fabric::ClusterSocket> socket_;
  std::unique_ptr<Machine> machine_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Desk> desk_;
  fabric::PollSet poll_;
  Now now_;
  Effects effects_;
  std::vector<DeskOutput> from_desk_;
  std::vector<Event> from_writer_;
  std::optional<Time> leave_by_;
  Undecodable undecodable_;
  bool told_ = false;
};

Status Shell::prepare_catalog(const Self& self) {
  catalog::Options options;
  options.migrate = config_.migrate;
  catalog::Trouble trouble = catalog::Trouble::none;
  auto opened = catalog::Catalog::open(config_.catalog, options, &trouble);
  Status prepared = opened ? Status(Done{}) : Status(opened.error());
  if (opened) {
    const WallTime now = fabric::read_wall();
    prepared = catalog::settle_shards(**opened, {self.name, self.session, self.host, self.build, now, now}, config_.shards);
    trouble = (*opened)->trouble();
  }
  if (prepared) return Done{};
  if (trouble == catalog::Trouble::unavailable || trouble == catalog::Trouble::unknown) {
    spdlog::warn("catalog: {}; tried again until it is there", prepared.error().message);
    return Done{};
  }
  return prepared;
}

Status Shell::open() {
  auto keys = fabric::load_key_pair(config_.key);
  if (!keys) return keys.error();
  auto catalog_key = fabric::load_key_pair(config_.catalog_key);
  if (!catalog_key) return catalog_key.error();

  const fabric::HostFacts facts = fabric::read_host_facts();
  Self self;
  self.name = config_.name;
  self.session = fabric::random_session_id();
  self.host = {facts.name, facts.machine_id, facts.boot_id};
  self.build = version();
  self.shards.clear();
  for (std::uint32_t shard = 0; shard < config_.shards; ++shard) self.shards.push_back(ShardId{shard});

  fabric::ClientOptions link;
  link.keys = *keys;
  link.max_message_bytes = limits::kMessageBytes;
  link.send_queue_messages = 100'000;
  link.receive_queue_messages = 20'000;
  auto socket = fabric::ClusterSocket::connect(
      context_, {config_.endpoint, config_.authorities, config_.endpoint_certificate, config_.endpoint_moved}, std::move(link));
  if (!socket) return socket.error();
  socket_ = std::move(*socket);
  if (Status status = prepare_catalog(self); !status) return status;

  sealer_ = std::make_unique<CatalogSealer>(*catalog_key);
  machine_ = std::make_unique<Machine>(self, config_.limits, Rng(fabric::random_seed()), sealer_.get());
  auto neighbours = Neighbours::open(config_.catalog, config_.name);
  if (!neighbours) return neighbours.error();
  writer_ = std::make_unique<Writer>(config_.catalog, self, config_.limits, std::move(*neighbours), writer_wakeup_);
  DeskOptions desk{config_.catalog, config_.cluster, catalog_key->public_key.hex(), self, config_.shards, config_.content_most_bytes,
                   sealer_.get()};
  desk.authorities = config_.authorities;
  desk.endpoint_certificate = config_.endpoint_certificate;
  desk_ = std::make_unique<Desk>(std::move(desk), desk_wakeup_);
  poll_.add(*socket_);
  poll_.add(writer_wakeup_.fd());
  poll_.add(desk_wakeup_.fd());
  poll_.add(signals_.fd());
  return Done{};
}

void Shell::take_link() {
  std::vector<fabric::ClientEvent> events;
  socket_->take_events(now_.steady, events);
  for (const auto& note : socket_->take_notes()) spdlog::warn("{}", note);
  tell_link(events);
}

void Shell::connect_anew() {
  std::vector<fabric::ClientEvent> events;
  socket_->reconnect(now_.steady, events);
  tell_link(events);
}

void Shell::tell_link(const std::vector<fabric::ClientEvent>& events) {
  for (const auto& event : events) {
    switch (event.kind) {
      case fabric::ClientEventKind::connected: feed(LinkUp{}); break;
      case fabric::ClientEventKind::disconnected: feed(LinkDown{}); break;
      case fabric::ClientEventKind::handshake_refused:
        spdlog::warn("{}: the broker refused the handshake ({})", socket_->endpoint(), fabric::to_text(event.refusal));
        break;
      case fabric::ClientEventKind::unreachable: spdlog::warn("{}: nobody listens there", socket_->endpoint()); break;
    }
  }
}

// Bookkeeping: what `worker list` shows as last seen.
void Shell::note_presence(const Word& word) {
  const auto* presence = std::get_if<Presence>(&word);
  if (presence == nullptr || presence->workers.empty()) return;
  writer_->saw(presence->workers);
}

void Shell::take_messages() {
  fabric::Frames frames;
  for (int i = 0; i < messages_a_turn && socket_->receive(frames); ++i) {
    if (frames.size() != 2) {
      refuse_undecodable({}, {}, {Refusal::malformed, "a message has two frames"});
      continue;
    }
    auto envelope = decode_envelope(frames[0].view());
    auto word = envelope ? decode_body(envelope->word, frames[1].view()) : Decoded<Word>(envelope.error());
    if (!word) {
      refuse_undecodable(envelope ? *envelope : Envelope{}, frames[1].view(), word.error());
      continue;
    }
    Message message{std::move(*envelope), std::move(*word)};
    if (is_desk_word(message.word)) {
      desk_->put(std::move(message));
    } else {
      note_presence(message.word);
      feed(Heard{std::move(message)});
    }
  }
}

void Shell::refuse_undecodable(const Envelope& heard, std::string_view body, const DecodeError& why) {
  if (undecodable_.count() == 0) spdlog::warn("a message could not be decoded: {}", printable(why.message, 500));
  auto refused = undecodable_.take(now_.steady, heard, body, why);
  if (!refused || !machine_->state().link.welcome) return;
  const Word word = std::move(*refused);
  send({envelope_of(machine_->state(), word, heard.reign, heard.from), word});
}

void Shell::take_writer() {
  writer_wakeup_.clear();
  from_writer_.clear();
  writer_->take(from_writer_);
  for (Event& event : from_writer_) feed(std::move(event));
}

void Shell::take_desk() {
  desk_wakeup_.clear();
  from_desk_.clear();
  desk_->take(from_desk_);
  for (DeskOutput& output : from_desk_) {
    if (auto* say = std::get_if<DeskSay>(&output)) {
      Envelope envelope = envelope_of(machine_->state(), say->word, say->reign, say->to);
      send({std::move(envelope), std::move(say->word)});
    } else {
      feed(std::move(std::get<Event>(output)));
    }
  }
}

void Shell::take_signals() {
  for (const int signal : signals_.take()) {
    if (leave_by_) continue;
    spdlog::info("signal {}: handing over", signal);
    leave_by_ = now_.steady + leave_within;
    feed(ShutDown{});
  }
}

void Shell::send(const Message& message) {
  fabric::Frame frames[2] = {fabric::Frame(encode_envelope(message.envelope)), fabric::Frame(encode_body(message.word))};
  if (socket_->send(frames) == fabric::Sent::sent) return;
  if (socket_->connected()) effects_.reconnect = true;  // its queue is full: all is said again on a new connection
}

void Shell::honour() {
  for (const Message& message : effects_.sends) send(message);
  for (const auto& batch : effects_.commits) writer_->put(batch);
  if (effects_.move) socket_->move({effects_.move->serial, effects_.move->endpoint, effects_.move->certificates, false}, now_.steady);
  for (const ShardTerm& heard : effects_.takes) writer_->put(TakeJob{heard});
  for (DeskOutcome& answer : effects_.answers) {
    if (auto* fleet = std::get_if<FleetOutcome>(&answer)) fleet->counters.push_back({"undecodable", undecodable_.count()});
    desk_->put(std::move(answer));
  }
  for (LookUp& lookup : effects_.lookups) desk_->put(std::move(lookup));
  for (NeedValues& need : effects_.needs) desk_->put(std::move(need));
  for (const std::string& line : effects_.notes) spdlog::info("{}", printable(line, 1000));
}

void Shell::tell_once() {
  if (told_) return;
  const State& state = machine_->state();
  bool standby = state.link.welcome;
  for (const ShardId shard : state.self.shards) {
    const auto holder = state.link.holders.find(shard);
    standby &= holder != state.link.holders.end() && !holder->second.master.empty() && holder->second.master != config_.name;
  }
  if (!machine_->ready() && !standby) return;
  told_ = true;
  fabric::tell_ready("ready " + config_.name);
}

int Shell::run() {
  std::vector<fabric::Readiness> ready;
  while (true) {
    now_ = fabric::read_clock();
    take_link();
    take_messages();
    take_writer();
    take_desk();
    take_signals();
    const auto due = machine_->deadline();
    if (due && *due <= now_.steady) feed(Tick{});
    honour();
    if (effects_.over) desk_->leave();
    if (effects_.over || (leave_by_ && *leave_by_ <= now_.steady)) return 0;
    const bool reconnect = effects_.reconnect;
    effects_.clear();
    if (reconnect) connect_anew();
    tell_once();
    auto deadline = machine_->deadline();
    if (leave_by_ && (!deadline || *leave_by_ < *deadline)) deadline = leave_by_;
    poll_.wait(deadline, ready);
  }
}

}  // namespace

int run_master(const MasterConfig& config) {
  Shell shell(config);  // blocks signals before any thread starts
  spdlog::set_default_logger(spdlog::stderr_color_mt("master"));  // stdout is for the readiness line
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  if (const Status status = shell.open(); !status) {
    std::fprintf(stderr, "argosy master: %s\n", status.error().message.c_str());
    return 1;
  }
  const int exit_status = shell.run();
  spdlog::info("stopped");
  return exit_status;
}

}  // namespace argosy::master
