#include "tests/sim/broker_process.h"

#include "broker/door.h"
#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::sim {

BrokerProcess::BrokerProcess(Stage& stage, HostClock clock) : Hub(stage.agenda), stage_(stage), clock_(clock) {}

void BrokerProcess::start() {
  process.begin();
  broker::Options options;
  options.name = "b1";
  options.offers_per_class = stage_.drawn.offers_per_class;
  options.offers_per_group = stage_.drawn.offers_per_group;
  machine_ = std::make_unique<broker::Machine>(options);
  stage_.note("broker starts");
  Roster roster{roster_serial_, {}};
  for (const auto& [title, entry] : roster_) roster.entries.push_back(entry);
  step(broker::Start{epoch_, std::move(roster), {}});
}

void BrokerProcess::kill() {
  stage_.note("broker is killed");
  process.end();
  machine_.reset();
  peers_.clear();
  stage_.network.hub_died();
}

void BrokerProcess::frames_came(LinkId link, const Party& from, const Frames& frames) {
  peers_[link] = &from;
  const broker::PeerId peer{link};
  const auto envelope = decode_envelope(frames.envelope);
  if (!envelope.ok()) {
    return step(broker::RubbishCame{peer, identity_of(from), envelope.error().reason, envelope.error().message});
  }
  broker::MessageCame came{peer, identity_of(from), *envelope, broker::Opaque{{1}}};
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
  if (peers_.erase(link) > 0) step(broker::PeerGone{{link}});
}

void BrokerProcess::step(const broker::Event& event, const Frames* about) {
  broker::Effects effects;
  machine_->step(clock_.now(stage_.agenda.now()), event, effects);
  if (++steps_ % 64 == 0) machine_->audit();
  honour(effects, about);
  wake_later();
}

void BrokerProcess::honour(broker::Effects& effects, const Frames* about) {
  if (effects.store_epoch) {
    process.post(milliseconds(1), [this, epoch = *effects.store_epoch] {
      epoch_ = epoch;
      step(broker::EpochStored{epoch});
    });
  }
  if (effects.roster) {
    process.post(Duration{}, [this, update = *effects.roster] { take_roster(update); });
  }
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
}

void BrokerProcess::take_roster(const broker::RosterUpdate& update) {
  std::map<LinkId, broker::Identity> before;
  for (const auto& [link, party] : peers_) before[link] = identity_of(*party);
  roster_serial_ = update.serial;
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

// Masters and operators stand in files on the broker's host; workers and submitters in the roster.
broker::Identity BrokerProcess::identity_of(const Party& party) const {
  const bool on_file = party.role() == Role::master || party.role() == Role::operator_;
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
