// The other brokers: what is heard of them, what is said to them, what is wrong with them. protocol.md, "Brokers".
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "broker/turn.h"

namespace argosy::broker {

namespace {

// Whose right is better where two brokers are active, or about to be: greeted before not greeted, then the
// higher epoch.
bool outranks(const Epoch& one, bool one_greeted, const Epoch& other, bool other_greeted) {
  return one_greeted != other_greeted ? one_greeted : one > other;
}

// The alarm that stands here and matters most.
std::string trouble_of(const State& state) {
  if (!state.hook_trouble.empty()) return state.hook_trouble;
  if (!state.endpoint_trouble.empty()) return state.endpoint_trouble;
  if (std::string trouble = catalog_trouble(state); !trouble.empty()) return trouble;
  for (const auto& [name, other] : state.watch.all()) {
    if (!other.trouble.empty()) return name + ": " + other.trouble;
  }
  return {};
}

}  // namespace

Beat beat_of(const Options& options, const State& state) {
  Beat beat;
  beat.broker = options.name;
  beat.duty = duty_of(state.reign);
  beat.epoch = state.known;
  if (const auto* rising = std::get_if<Rising>(&state.reign)) beat.epoch = rising->epoch;
  if (const auto* serving = std::get_if<Serving>(&state.reign)) {
    beat.epoch = serving->epoch;
    beat.greeted = serving->greeted;
  }
  if (const auto* leaving = std::get_if<Leaving>(&state.reign); leaving != nullptr && leaving->served) {
    beat.epoch = leaving->epoch;
    if (leaving->left) beat.take_over = leaving->successor;
  }
  beat.roster = state.roster.serial;
  beat.endpoint = state.endpoint.serial;
  beat.fingerprint = options.fingerprint;
  beat.trouble = trouble_of(state);
  return beat;
}

// A message with the endpoint's own key: another broker, on its link or at the endpoint.
void Machine::Turn::broker_came(const MessageCame& message) {
  if (const auto refusal = ask_right(message.identity, message.envelope)) {
    return refuse(message, refusal->reason, refusal->text);
  }
  if (const auto* broken = std::get_if<Undecodable>(&message.body)) {
    return refuse(message, broken->reason, broken->where);
  }
  const auto* word = std::get_if<Word>(&message.body);
  const Beat* beat = word == nullptr ? nullptr : std::get_if<Beat>(word);
  if (beat == nullptr) return refuse(message, Refusal::not_allowed, "a broker says Beat on the links that it opens");
  beat_came(message, *beat);
}

void Machine::Turn::beat_came(const MessageCame& message, const Beat& beat) {
  if (beat.broker.empty()) return answer(message, beat);  // a question: nothing is believed
  Other* other = state_.watch.of(beat.broker);
  if (other == nullptr) {
    return refuse(message, Refusal::invalid, beat.broker == options_.name
                                                 ? "this broker has that name: each broker needs its own"
                                                 : "this broker's configuration names no peer " + beat.broker);
  }
  const bool at_endpoint = message.via == Via::endpoint;
  // Only who serves answers there: it is how standbys know.
  if (at_endpoint && !std::holds_alternative<Serving>(state_.reign)) return;
  if (at_endpoint) {
    state_.watch.heard_at_endpoint(now_, beat);
    weigh(beat);
  } else {
    heard_from(beat.broker, beat);
  }
  if (at_endpoint && !std::holds_alternative<Serving>(state_.reign)) return;
  answer(message, beat);
  give_newer(message, *other, beat);
}

void Machine::Turn::answer(const MessageCame& message, const Beat& beat) {
  out_.out.push_back({message.peer, to_broker_envelope(Beat::word, beat.broker), beat_of(options_, state_)});
}

// What the other one lacks; again only after a while, since its Beats show it late.
void Machine::Turn::give_newer(const MessageCame& message, Other& other, const Beat& beat) {
  if (beat.fingerprint != options_.fingerprint) return;
  const bool again = other.told_at + seconds(1) <= now_;
  const auto give = [&](std::uint64_t has, std::uint64_t ours, std::uint64_t& told, const auto& word) {
    if (has >= ours || (told == ours && !again)) return;
    told = ours;
    other.told_at = now_;
    out_.out.push_back({message.peer, to_broker_envelope(word.word, beat.broker), word});
  };
  give(beat.roster, state_.roster.serial, other.told_roster, state_.roster);
  give(beat.endpoint, state_.endpoint.serial, other.told_endpoint, state_.endpoint);
}

void Machine::Turn::on(const BrokerSaid& said) {
  if (std::holds_alternative<Idle>(state_.reign)) return;
  if (const auto* refused = std::get_if<Refused>(&said.word)) {
    return state_.watch.turned_away(now_, said.peer, refused->text);
  }
  if (const auto* beat = std::get_if<Beat>(&said.word)) {
    if (said.peer.empty()) {
      state_.watch.heard_endpoint(now_, *beat);
      if (beat->broker != options_.name) weigh(*beat);
    } else if (said.peer == beat->broker) {
      heard_from(said.peer, *beat);
    } else if (Other* other = state_.watch.of(said.peer)) {
      other->wrong = beat->broker + " answers at its address: see peers in the configuration of both";
    }
    return;
  }
  // At the endpoint nobody knows who says it; but whoever does gives it only to brokers with its own certificate.
  const Other* other = state_.watch.of(said.peer);
  if (!said.peer.empty() && (other == nullptr || other->said.fingerprint != options_.fingerprint)) return;
  if (const auto* word = std::get_if<Roster>(&said.word)) take_roster(*word);
  if (const auto* word = std::get_if<Endpoint>(&said.word)) take_endpoint(*word);
}

void Machine::Turn::on(const ConnectionRefused& refused) {
  if (std::holds_alternative<Idle>(state_.reign)) return;
  state_.watch.refused(now_, refused.peer);
  look_around();
}

void Machine::Turn::heard_from(const std::string& peer, const Beat& beat) {
  state_.watch.heard(now_, peer, beat);
  weigh(beat);
  look_around();
}

// Whatever way it was heard: the highest epoch is remembered, and of two that reign one yields.
void Machine::Turn::weigh(const Beat& beat) {
  state_.known = std::max(state_.known, beat.epoch);
  const Beat own = beat_of(options_, state_);
  const Step step = step_of(state_.reign);
  const bool reigns = std::holds_alternative<Rising>(state_.reign) || step == Step::serving;
  const bool other_reigns = beat.duty == BrokerDuty::active || beat.duty == BrokerDuty::rising;
  if (other_reigns && reigns) {
    const bool yields = !outranks(own.epoch, own.greeted, beat.epoch, beat.greeted);
    if (yields) {
      happen(Happening::outranked);
    } else if (beat.epoch > own.epoch) {
      happen(Happening::upstart);
    }
  } else if (other_reigns && step == Step::leaving && beat.epoch > own.epoch) {
    happen(Happening::leave_over);
  } else if (!other_reigns && reigns && beat.epoch > own.epoch) {
    happen(Happening::known_above);
  }
}

// A Hello knows of it. Where another broker may serve in it, this one is not the active any more.
void Machine::Turn::meet_higher(const Epoch& seen) {
  state_.known = std::max(state_.known, seen);
  const bool alone = options_.peers.empty() || state_.watch.all_idle(now_);
  happen(alone ? Happening::known_above : Happening::told_above);
}

// Whatever time brings: Beats, this one's turn, the end of a leaving, alarms.
void Machine::Turn::look_around() {
  if (options_.peers.empty() || std::holds_alternative<Idle>(state_.reign)) return;
  if (std::holds_alternative<Watching>(state_.reign)) {
    const auto rise = state_.watch.rise_at(now_);
    if (state_.watch.handed_over(now_) || (rise && *rise <= now_)) happen(Happening::rise_due);
  }
  if (const auto* leaving = std::get_if<Leaving>(&state_.reign)) {
    if (leaving->left && leaving->until <= now_) happen(Happening::leave_over);
  }
  if (std::holds_alternative<Idle>(state_.reign) || state_.beat_at > now_) return;
  look_for_trouble();
  say_beats();
}

void Machine::Turn::look_for_trouble() {
  const bool serving = std::holds_alternative<Serving>(state_.reign);
  for (const std::string& peer : options_.peers) {
    Other& other = *state_.watch.of(peer);
    std::string trouble = state_.watch.trouble_of(now_, other, serving);
    if (trouble == other.trouble) continue;
    other.trouble = std::move(trouble);
    state_.report_wanted = true;
    if (!other.trouble.empty()) alarm(peer, other.trouble);
  }
  const bool watching = std::holds_alternative<Watching>(state_.reign);
  const bool troubled = watching && state_.watch.endpoint_troubled(now_);
  if (troubled == !state_.endpoint_trouble.empty()) return;
  state_.endpoint_trouble = troubled ? "the endpoint does not answer here, but the broker that serves it does" : "";
  if (troubled) alarm(options_.name, state_.endpoint_trouble);
}

void Machine::Turn::alarm(const std::string& peer, const std::string& text) {
  count(Count::alarms);
  state_.report_wanted = true;
  out_.alarms.push_back({peer, text});
}

void Machine::Turn::say_beats() {
  if (options_.peers.empty()) return;
  state_.beat_at = now_ + options_.beat;
  const Beat beat = beat_of(options_, state_);
  for (const std::string& peer : options_.peers) {
    out_.link_out.push_back({peer, to_broker_envelope(Beat::word, peer), beat});
  }
  // The endpoint is watched as long as somebody else may serve it.
  if (beat.duty != BrokerDuty::active) out_.link_out.push_back({"", to_broker_envelope(Beat::word, ""), beat});
}

Envelope Machine::Turn::to_broker_envelope(std::uint16_t word, const std::string& peer) const {
  Envelope envelope;
  envelope.word = word;
  envelope.epoch = state_.known;
  envelope.to = {Role::broker, peer, {}};
  envelope.from = {Role::broker, options_.name, {}};
  return envelope;
}

}  // namespace argosy::broker
