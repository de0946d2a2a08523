#include "tests/sim/broker_process.h"

#include "broker/door.h"
#include "broker/turn.h"  // step_of: for transcripts
#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::sim {
namespace {

std::string_view duty_text(BrokerDuty duty) {
  switch (duty) {
    case BrokerDuty::standby: return "stands by";
    case BrokerDuty::rising: return "rises";
    case BrokerDuty::active: return "is active";
    case BrokerDuty::leaving: return "leaves";
  }
  return "?";
}

}  // namespace

// One end of the way to another broker: to its own address, or to whoever serves the virtual endpoint.
class BrokerProcess::Link : public Party {
 public:
  Link(BrokerProcess& owner, Agenda& agenda, std::string peer)
      : Party(agenda, Role::broker, owner.name(), owner.name() + " > " + (peer.empty() ? "endpoint" : peer)),
        owner_(owner),
        peer_(std::move(peer)) {}

  void link_up() override {}
  void link_down() override {}
  void frames_came(const Frames& frames) override { owner_.said_by_broker(peer_, frames); }
  void refused() override {
    process.post(Duration{}, [this] { owner_.connection_refused(peer_); });
  }
  std::string host() const override { return owner_.name(); }
  std::string peer() const override { return peer_; }

 private:
  BrokerProcess& owner_;
  std::string peer_;
};

BrokerProcess::BrokerProcess(Stage& stage, Address& address, HostClock clock, std::string name, std::vector<std::string> names)
    : Hub(stage.agenda, std::move(name)), stage_(stage), address_(address), clock_(clock), peer_names_(std::move(names)) {
  std::erase(peer_names_, this->name());
  if (peer_names_.empty()) return;
  for (const std::string& peer : peer_names_) links_.push_back(std::make_unique<Link>(*this, stage_.agenda, peer));
  links_.push_back(std::make_unique<Link>(*this, stage_.agenda, ""));
  for (const auto& link : links_) process.lead(link->process);
}

BrokerProcess::~BrokerProcess() = default;

void BrokerProcess::start() {
  process.begin();
  broker::Options options;
  options.name = name();
  options.offers_per_class = stage_.drawn.offers_per_class;
  options.offers_per_group = stage_.drawn.offers_per_group;
  options.peers = peer_names_;
  options.fingerprint = std::string(64, 'f');
  options.beat = stage_.drawn.beat;
  options.takeover_after = stage_.drawn.takeover_after;
  machine_ = std::make_unique<broker::Machine>(options);
  hooks_free_at_ = endpoint_said_ = {};
  stage_.note(name() + " starts");
  set_listens(peer_names_.empty());  // one without peers listens from the start
  step(broker::Start{epoch_, kept_roster_, kept_endpoint_});
  for (const auto& link : links_) stage_.network.join(*link);
}

void BrokerProcess::kill() {
  stage_.note(name() + " is killed");
  process.end();
  set_listens(false);
  machine_.reset();
  peers_.clear();
  stage_.network.hub_died(*this);
  for (const auto& link : links_) stage_.network.leave(*link);
}

void BrokerProcess::stop() {
  if (machine_ && !process.paused()) step(broker::Stop{});
}

bool BrokerProcess::serves() const { return machine_ && std::holds_alternative<broker::Serving>(machine_->state().reign); }

void BrokerProcess::frames_came(LinkId link, Port port, const Party& from, const Frames& frames) {
  if (!machine_) return;
  peers_[link] = &from;
  const broker::PeerId peer{link};
  const auto envelope = decode_envelope(frames.envelope);
  if (!envelope.ok()) {
    return step(broker::RubbishCame{peer, identity_of(from), envelope.error().reason, envelope.error().message});
  }
  const broker::Via via = port == Port::own ? broker::Via::peers : broker::Via::endpoint;
  broker::MessageCame came{peer, identity_of(from), *envelope, broker::Opaque{{1}, {}}, via};
  if (broker::is_for_broker(*envelope)) {
    auto word = decode_body(envelope->word, frames.body);
    if (word.ok()) {
      came.body = std::move(*word);
    } else {
      came.body = broker::Undecodable{word.error().reason, word.error().message};
    }
  }
  step(came, &frames);
}

void BrokerProcess::link_gone(LinkId link) {
  if (peers_.erase(link) > 0 && machine_) step(broker::PeerGone{{link}});
}

void BrokerProcess::said_by_broker(const std::string& peer, const Frames& frames) {
  auto message = unpack(frames);
  if (!message) return stage_.witnesses.report("codec", name() + " cannot decode what a broker sent");
  const auto* beat = std::get_if<Beat>(&message->word);
  if (peer.empty() && beat != nullptr) endpoint_said_ = stage_.agenda.now();
  if (beat != nullptr) tell(peer, beat->broker + " " + std::string(duty_text(beat->duty)));
  if (peer.empty() && stage_.bug == Bug::takeover_while_one_answers) return;
  if (std::holds_alternative<Roster>(message->word) && stage_.bug == Bug::roster_forgotten) return;
  step(broker::BrokerSaid{peer, std::move(message->word)});
}

void BrokerProcess::connection_refused(const std::string& peer) {
  if (peer.empty()) endpoint_said_ = {};
  tell(peer, "connection refused");
  step(broker::ConnectionRefused{peer});
}

// For people who read a transcript: once for each change.
void BrokerProcess::tell(const std::string& peer, const std::string& what) {
  if (!stage_.journal.wants_text() || told_[peer] == what) return;
  told_[peer] = what;
  const bool own = peer == "this one";
  stage_.note(name() + (own ? " is " : peer.empty() ? " at the endpoint: " : " on its link to " + peer + ": ") + what);
}

// P6: while one of the two answers, the endpoint or the link to the active, nobody takes over.
void BrokerProcess::check_takeover(bool watched) {
  for (const auto& [peer, other] : machine_->state().watch.all()) {
    if (other.said.duty == BrokerDuty::leaving) return;  // it was handed over
  }
  const Duration silent = clock_.steady(stage_.agenda.now()) - clock_.steady(endpoint_said_);
  if (!watched || endpoint_said_ == Time{} || silent >= stage_.drawn.takeover_after) return;
  stage_.witnesses.report("P6", name() + " takes over, and the active answers at the endpoint");
}

void BrokerProcess::step(const broker::Event& event, const Frames* about) {
  if (!machine_) return;
  broker::Effects effects;
  const bool watched = std::holds_alternative<broker::Watching>(machine_->state().reign);
  machine_->step(clock_.now(stage_.agenda.now()), event, effects);
  if (stage_.journal.wants_text()) tell("this one", std::string(broker::to_text(broker::step_of(machine_->state().reign))));
  if (++steps_ % 64 == 0) machine_->audit();
  if (effects.store_epoch) check_takeover(watched);
  honour(effects, about);
  if (machine_) wake_later();
}

// From top to bottom, as broker/effects.h says.
void BrokerProcess::honour(broker::Effects& effects, const Frames* about) {
  if (effects.store_epoch) {
    process.post(milliseconds(1), [this, epoch = *effects.store_epoch] {
      epoch_ = epoch;
      stage_.note(name() + " has epoch " + std::to_string(epoch.number) + " on disk");
      step(broker::EpochStored{epoch});
    });
  }
  if (effects.roster) {
    process.post(Duration{}, [this, update = *effects.roster] { take_roster(update); });
  }
  if (effects.endpoint) kept_endpoint_ = *effects.endpoint;
  for (broker::Outgoing& outgoing : effects.out) {
    Frames frames;
    frames.envelope = encode_envelope(outgoing.envelope);
    if (const Word* word = std::get_if<Word>(&outgoing.body)) {
      frames.body = encode_body(*word);
    } else {
      CHECK(about != nullptr);
      frames.body = about->body;
    }
    (void)stage_.network.send_down(outgoing.peer.value, std::move(frames));  // a broken link is told by PeerGone
  }
  for (broker::LinkOutgoing& outgoing : effects.link_out) {
    outgoing.envelope.word = word_of(outgoing.word);
    for (const auto& link : links_) {
      if (link->peer() == outgoing.peer) {
        stage_.network.send_up(*link, {encode_envelope(outgoing.envelope), encode_body(outgoing.word)});
      }
    }
  }
  if (effects.stop_listening) {
    if (listens()) stage_.note(name() + " listens no more");
    stage_.network.hub_stops(*this);
    ++listen_serial_;
  }
  for (const broker::HookOrder& order : effects.hooks) run_hook(order);
  if (effects.listen) {
    process.post(milliseconds(1), [this, serial = ++listen_serial_] {
      if (serial == listen_serial_) listen();
    });
  }
  for (const broker::Alarm& alarm : effects.alarms) stage_.note(name() + " alarms: " + alarm.peer + ": " + alarm.text);
  if (!effects.stopped) return;
  process.post(Duration{}, [this] {
    if (machine_) kill();
  });
}

void BrokerProcess::listen() {
  if (address_.port_taken(*this)) return step(broker::ListenFailed{"the port is taken"});
  set_listens(true);
  stage_.note(name() + " listens");
  step(broker::Listening{});
  announce_again();
}

// As the hook's script does while the broker is active.
void BrokerProcess::announce_again() {
  if (!listens()) return;
  address_.announce(name());
  process.post(seconds(1), [this] { announce_again(); });
}

void BrokerProcess::run_hook(const broker::HookOrder& order) {
  hooks_free_at_ = std::max(hooks_free_at_, stage_.agenda.now()) + milliseconds(1) + stage_.up_to(stage_.drawn.hook_most);
  process.post(hooks_free_at_ - stage_.agenda.now(), [this, order] { hook_ends(order); });
}

// A hook that fails may have done its work, or not.
void BrokerProcess::hook_ends(const broker::HookOrder& order) {
  const bool fails = stage_.faults_on && stage_.rng.chance(stage_.drawn.hook_fails_percent, 100);
  const bool works = !fails || stage_.rng.chance(1, 2);
  switch (order.kind) {
    case broker::HookKind::on_activate:
      if (works) address_.bring(name());
      break;
    case broker::HookKind::on_deactivate:
      if (works) address_.take_away(name());
      break;
    case broker::HookKind::fence:
      if (works && (stage_.drawn.fence_works || !stage_.faults_on)) {
        for (const std::string& peer : order.peers) fence_(peer);
      }
      break;
  }
  step(broker::HookEnded{order.run, !fails, fails ? "exit status 1" : ""});
}

void BrokerProcess::take_roster(const broker::RosterUpdate& update) {
  std::map<LinkId, broker::Identity> before;
  for (const auto& [link, party] : peers_) before[link] = identity_of(*party);
  kept_roster_ = {update.serial, update.entries, update.incarnation};
  roster_.clear();
  for (const RosterEntry& entry : update.entries) {
    roster_[std::string(to_string(entry.role)) + "/" + entry.name] = entry;
  }
  broker::IdentitiesChanged changed;
  for (const auto& [link, party] : peers_) {
    const broker::Identity now = identity_of(*party);
    if (now != before[link]) changed.peers.push_back({{link}, now});
  }
  step(changed);
}

// Masters, operators and brokers stand in files on the broker's host; workers and submitters in the roster.
broker::Identity BrokerProcess::identity_of(const Party& party) const {
  const bool on_file = party.role() == Role::master || party.role() == Role::operator_ || party.role() == Role::broker;
  const auto it = roster_.find(party.title());
  const bool enabled = on_file || (it != roster_.end() && it->second.state == RosterState::enabled);
  return {party.role(), party.name(), enabled};
}

void BrokerProcess::wake_later() {
  const auto deadline = machine_->deadline();
  const std::uint64_t serial = ++wake_serial_;
  if (!deadline) return;
  const Time when = std::max(clock_.virtual_time(*deadline), stage_.agenda.now() + microseconds(10));
  process.post(when - stage_.agenda.now(), [this, serial] {
    if (serial == wake_serial_) step(broker::Tick{});
  });
}

}  // namespace argosy::sim
