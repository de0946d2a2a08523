#include "broker/story.h"

#include <algorithm>
#include <sstream>

#include "base/quantity.h"
#include "schemas/codec.h"
#include "schemas/names.h"
#include "schemas/transcript.h"

namespace argosy::broker {

namespace {

using Arguments = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::string text_of(const Arguments& with, const std::string& key, const std::string& otherwise = "") {
  const auto found = with.find(key);
  return found == with.end() ? otherwise : found->second;
}

std::uint64_t number_of(const Arguments& with, const std::string& key, std::uint64_t otherwise) {
  return with.contains(key) ? std::stoull(with.at(key)) : otherwise;
}

Role role_of(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Role::viewer); ++i) {
    if (to_string(static_cast<Role>(i)) == name) return static_cast<Role>(i);
  }
  CHECK(!"a role that there is not");
}

// "0@2,1@1": shard@term.
std::vector<ShardTerm> reigns_of(const std::string& text) {
  std::vector<ShardTerm> reigns;
  for (const std::string& each : split(text, ',')) {
    const auto parts = split(each, '@');
    reigns.push_back({{static_cast<std::uint32_t>(std::stoul(parts.at(0)))}, {std::stoull(parts.at(1))}});
  }
  return reigns;
}

// "17.0.5,18.0.0-3": execution.task.item, or items from-to.
std::vector<ItemRef> items_of(const std::string& text) {
  std::vector<ItemRef> items;
  for (const std::string& each : split(text, ',')) {
    const auto parts = split(each, '.');
    const auto range = split(parts.at(2), '-');
    const std::uint64_t last = std::stoull(range.back());
    for (std::uint64_t i = std::stoull(range.front()); i <= last; ++i) {
      items.push_back(
          {{std::stoull(parts.at(0))}, {static_cast<std::uint32_t>(std::stoul(parts.at(1)))}, {i}});
    }
  }
  return items;
}

Resources resources_of(const Arguments& with, std::uint32_t cpu_milli) {
  return {static_cast<std::uint32_t>(number_of(with, "cpu", cpu_milli)), number_of(with, "memory", 0),
          split(text_of(with, "tags"), ',')};
}

Hello hello_of(const Arguments& with) {
  Hello hello;
  hello.session = {number_of(with, "session", 1)};
  hello.host = {text_of(with, "machine", "A"), text_of(with, "machine", "A"), "boot"};
  if (text_of(with, "machine") == "none") hello.host.machine_id.clear();
  hello.holds = reigns_of(text_of(with, "holds"));
  hello.capacity = resources_of(with, 1000);
  hello.prefetch = static_cast<std::uint32_t>(number_of(with, "prefetch", 0));
  hello.draining = with.contains("draining");
  hello.incarnation = number_of(with, "incarnation", 0);
  for (const ItemRef& item : items_of(text_of(with, "held"))) hello.held.push_back({item, {1000, 0, {}}});
  return hello;
}

Publish publish_of(const Arguments& with) {
  Publish publish;
  const auto id = static_cast<std::uint32_t>(number_of(with, "class", 1));
  if (!with.contains("undefined")) {
    publish.classes.push_back({id, resources_of(with, 1000), split(text_of(with, "workers"), ',')});
  }
  for (const ItemRef& item : items_of(text_of(with, "items"))) {
    publish.offers.push_back(
        {item, id, std::stoi(text_of(with, "priority", "0")), number_of(with, "group", 0)});
  }
  return publish;
}

Roster roster_of(const Arguments& with) {
  Roster roster;
  roster.serial = number_of(with, "serial", 1);
  roster.incarnation = number_of(with, "incarnation", 0);
  for (const std::string& each : split(text_of(with, "entries"), ',')) {
    const auto parts = split(each, '/');
    roster.entries.push_back({std::string(64, 'a'), parts.at(1), role_of(parts.at(0)), RosterState::enabled});
  }
  return roster;
}

Endpoint endpoint_of(const Arguments& with) {
  return {number_of(with, "serial", 1), text_of(with, "at", "tcp://192.0.2.1:7433"), "PEM"};
}

}  // namespace

Story::Story() {
  options_.max_clients = 2;
  options_.offers_per_group = 4;
  options_.offers_per_class = 6;
  options_.items_per_worker = 8;
  options_.client_words_per_second = 3;
  options_.refusals_per_second = 8;
  machine_ = std::make_unique<Machine>(options_);
}

std::string Story::play(const std::string& text) {
  std::string told;
  for (const std::string& line : split(text, '\n')) {
    if (line.starts_with('>')) continue;
    told += line + "\n";
    if (line.empty() || line.starts_with('#')) continue;
    command(line);
    machine_->audit();
    if (owed_.empty()) owed_.push_back("nothing");
    for (const std::string& each : owed_) told += ">   " + each + "\n";
    owed_.clear();
  }
  return told;
}

void Story::command(const std::string& line) {
  const auto words = split(line, ' ');
  Arguments with;
  for (const std::string& each : words) {
    const auto equals = each.find('=');
    with[each.substr(0, equals)] = equals == std::string::npos ? "" : each.substr(equals + 1);
  }
  const std::string& first = words[0];
  if (first == "start") {
    Endpoint endpoint;
    if (with.contains("endpoint")) endpoint = endpoint_of({{"serial", with.at("endpoint")}});
    step(Start{{number_of(with, "epoch", 0), "b0"}, {number_of(with, "roster", 0), {}, number_of(with, "incarnation", 0)}, endpoint});
  } else if (first == "stored") {
    step(EpochStored{epoch_});
  } else if (first == "stop") {
    step(broker::Stop{});
  } else if (first == "tick") {
    step(Tick{});
  } else if (first == "wait") {
    let_pass(*parse_duration(words.at(1)));
  } else if (first == "gate") {
    step(GateReported{{{"5f", "192.0.2.7", "unknown_key", 3, {}}}, {{"gate_refused", 3}}, true});
  } else if (first == "peer") {  // peer LABEL ROLE NAME [unknown]
    Party& party = parties_[words.at(1)];
    party = {
        PeerId{parties_.size()}, {role_of(words.at(2)), words.at(3), !with.contains("disabled")}, {}, {}};
  } else if (!broker_command(words, with)) {
    CHECK(parties_.contains(first));
    say(parties_.at(first), words.at(1), with);
  }
}

// What concerns the other brokers.
bool Story::broker_command(const std::vector<std::string>& words, const Arguments& with) {
  const std::string& first = words[0];
  if (first == "brokers") {  // brokers NAME of=NAME,NAME
    options_.name = words.at(1);
    options_.peers = split(text_of(with, "of"), ',');
    options_.fingerprint = "f00d";
    machine_ = std::make_unique<Machine>(options_);
  } else if (first == "link" && words.at(2) == "beat") {  // link NAME beat …
    step(BrokerSaid{words.at(1), beat_with(text_of(with, "as", words.at(1)), with)});
  } else if (first == "link") {
    const std::string peer = words.at(1) == "endpoint" ? "" : words.at(1);
    step(BrokerSaid{peer, words.at(2) == "roster" ? Word(roster_of(with)) : Word(endpoint_of(with))});
  } else if (first == "endpoint") {  // endpoint beat from=NAME …
    step(BrokerSaid{"", beat_with(text_of(with, "from"), with)});
  } else if (first == "refused") {  // refused NAME|endpoint
    step(ConnectionRefused{words.at(1) == "endpoint" ? "" : words.at(1)});
  } else if (first == "hook") {  // hook ok|failed [run=N]
    step(HookEnded{{number_of(with, "run", hook_.value)}, words.at(1) == "ok",
                   words.at(1) == "ok" ? "" : "exit status 1"});
  } else if (first == "listens") {
    step(Listening{});
  } else if (first == "cannot") {
    step(ListenFailed{"tcp://192.0.2.1:7433: cannot listen: this host does not have that address"});
  } else {
    return false;
  }
  return true;
}

// duty=active epoch=3@b1 [greeted] [roster=N] [endpoint=N] [other] [take_over=NAME] [trouble=TEXT]
Beat Story::beat_with(const std::string& broker, const Arguments& with) const {
  Beat beat;
  beat.broker = broker;
  const std::string duty = text_of(with, "duty", "standby");
  beat.duty = duty == "rising"    ? BrokerDuty::rising
              : duty == "active"  ? BrokerDuty::active
              : duty == "leaving" ? BrokerDuty::leaving
                                  : BrokerDuty::standby;
  if (with.contains("epoch")) {
    const auto parts = split(with.at("epoch"), '@');
    beat.epoch = {std::stoull(parts.at(0)), parts.size() > 1 ? parts.at(1) : broker};
  }
  beat.greeted = with.contains("greeted");
  beat.roster = number_of(with, "roster", 0);
  beat.endpoint = number_of(with, "serial", 0);
  beat.fingerprint = with.contains("other") ? "beef" : "f00d";
  beat.take_over = text_of(with, "take_over");
  beat.trouble = text_of(with, "trouble");
  return beat;
}

void Story::say(Party& party, const std::string& what, const Arguments& with) {
  if (what == "gone") return step(PeerGone{party.peer});
  if (what == "full") return step(SendFailed{party.peer});
  if (what == "rubbish")
    return step(RubbishCame{party.peer, party.identity, Refusal::malformed, "envelope: not msgpack"});
  if (what == "revoked") {
    party.identity.enabled = false;
    return with.contains("untold") ? void() : step(IdentitiesChanged{{{party.peer, party.identity}}});
  }
  if (what == "says") {  // LABEL says WORD …: carried unread
    for (const auto& [key, value] : with) {
      if (const auto number = argosy::word_number(key); number != 0)
        return hand(party, with, number, nullptr);
    }
    return hand(party, with, static_cast<std::uint16_t>(number_of(with, "word", 0)), nullptr);
  }
  const Word word = word_of(party, what, with);
  hand(party, with, argosy::word_of(word), &word);
}

Word Story::word_of(Party& party, const std::string& what, const Arguments& with) {
  if (what == "hello") {
    Hello hello = hello_of(with);
    if (!hello.holds.empty()) party.reign = hello.holds.front();
    return hello;
  }
  if (what == "holding") {
    Holding holding{reigns_of(text_of(with, "holds")), number_of(with, "incarnation", 0)};
    if (!holding.holds.empty()) party.reign = holding.holds.front();
    return holding;
  }
  if (what == "bye") return Bye{"done"};
  if (what == "ping") return Ping{number_of(with, "nonce", 1)};
  if (what == "roster") return roster_of(with);
  if (what == "publish") return publish_of(with);
  if (what == "switchover") return Switchover{text_of(with, "name")};
  if (what == "endpoint") return endpoint_of(with);
  if (what == "beat") return beat_with(text_of(with, "from"), with);
  if (what == "withdraw") return Withdraw{items_of(text_of(with, "items"))};
  if (what == "credit") {
    return Credit{static_cast<std::uint32_t>(number_of(with, "prefetch", 0)), with.contains("draining"),
                  items_of(text_of(with, "freed"))};
  }
  CHECK(what == "declined");
  Declined declined;
  const Party& worker = parties_.at(text_of(with, "worker"));
  for (const ItemRef& item : items_of(text_of(with, "items"))) {
    declined.claims.push_back({item, worker.identity.name, {1}, worker.connection});
  }
  return declined;
}

// Without a word: the body is for somebody else.
void Story::hand(Party& party, const Arguments& with, std::uint16_t number, const Word* word) {
  Envelope envelope;
  envelope.version = static_cast<std::uint32_t>(number_of(with, "version", protocol_version));
  envelope.word = number;
  const bool beats = number == Beat::word;  // its epoch is in the body
  envelope.epoch = {beats ? 0 : number_of(with, "epoch", epoch_.number), epoch_.broker};
  envelope.connection = {number_of(with, "connection", number == Hello::word ? 0 : party.connection.value)};
  envelope.reign = with.contains("reign") ? reigns_of(with.at("reign")).front() : party.reign;
  envelope.to.role = Role::broker;
  if (with.contains("to")) {  // to=ROLE or to=LABEL
    const std::string& to = with.at("to");
    if (parties_.contains(to)) {
      envelope.to = {parties_.at(to).identity.role, parties_.at(to).identity.name,
                     parties_.at(to).connection};
    } else {
      envelope.to.role = role_of(to);
    }
  }
  const auto decoded_envelope = decode_envelope(encode_envelope(envelope));
  MessageCame message{party.peer, party.identity, *decoded_envelope, Opaque{{77}}};
  if (with.contains("line")) message.via = Via::peers;
  if (word != nullptr) {
    const auto decoded = decode_body(number, encode_body(*word));
    CHECK(decoded.ok());
    message.body = *decoded;
  }
  if (with.contains("undecodable"))
    message.body = Undecodable{Refusal::malformed, "Publish.offers: not an array"};
  step(message);
}

void Story::step(const Event& event) {
  Effects effects;
  machine_->step(now_, event, effects);
  note(effects);
  tick_if_due();
}

// Matching happens when no more messages wait: after each line of a story.
void Story::tick_if_due() {
  const auto deadline = machine_->deadline();
  if (!deadline || *deadline > now_.steady) return;
  Effects effects;
  machine_->step(now_, Tick{}, effects);
  note(effects);
}

void Story::let_pass(Duration duration) {
  const Time end = now_.steady + duration;
  while (const auto deadline = machine_->deadline()) {
    if (*deadline > end) break;
    now_.steady = std::max(now_.steady, *deadline);
    tick_if_due();
  }
  now_.steady = end;
}

void Story::note(Effects& effects) {
  if (effects.store_epoch) {
    epoch_ = *effects.store_epoch;
    owed_.push_back("store epoch " + std::to_string(epoch_.number) + " " + epoch_.broker);
  }
  if (effects.roster) {
    std::string line = "roster " + std::to_string(effects.roster->serial) + ":";
    if (effects.roster->incarnation != 0) line += " of catalog " + std::to_string(effects.roster->incarnation);
    for (const RosterEntry& each : effects.roster->entries)
      line += " " + std::string(to_string(each.role)) + "/" + each.name;
    owed_.push_back(line);
  }
  if (effects.endpoint) {
    owed_.push_back("endpoint " + std::to_string(effects.endpoint->serial) + ": " + effects.endpoint->endpoint);
  }
  for (const Outgoing& each : effects.out) hear(each);
  note_links(effects);
  note_brokers(effects);
  if (effects.stopped) owed_.push_back("stopped");
}

void Story::note_brokers(const Effects& effects) {
  if (effects.stop_listening) owed_.push_back("stop listening");
  if (effects.fence_no_more) owed_.push_back("fence no more");
  for (const HookOrder& each : effects.hooks) {
    hook_ = each.run;
    std::string line = each.kind == HookKind::fence         ? "fence"
                       : each.kind == HookKind::on_activate ? "on_activate"
                                                            : "on_deactivate";
    for (const std::string& peer : each.peers) line += " " + peer;
    owed_.push_back(line);
  }
  if (effects.listen) owed_.push_back("listen");
  for (const Alarm& each : effects.alarms) owed_.push_back("alarm " + each.peer + ": " + each.text);
}

// Beats go out all the time: those that say something new are printed.
void Story::note_links(const Effects& effects) {
  if (effects.link_out.empty()) return;
  std::string to;
  for (const LinkOutgoing& each : effects.link_out) {
    to += (to.empty() ? "" : ",") + (each.peer.empty() ? "endpoint" : each.peer);
  }
  const LinkOutgoing& one = effects.link_out.front();
  const auto word = decode_body(one.envelope.word, encode_body(one.word));
  CHECK(word.ok());
  const std::string said = to + " ← " + to_text(*word);
  if (said != said_) owed_.push_back(said);
  said_ = said;
}

void Story::hear(const Outgoing& outgoing) {
  auto party = std::find_if(parties_.begin(), parties_.end(),
                            [&](const auto& each) { return each.second.peer == outgoing.peer; });
  CHECK(party != parties_.end());
  const auto envelope = decode_envelope(encode_envelope(outgoing.envelope));
  CHECK(envelope.ok());
  const auto* own = std::get_if<Word>(&outgoing.body);
  if (own == nullptr) {
    CHECK(std::get<BodyHandle>(outgoing.body) == BodyHandle{77});
    owed_.push_back(party->first + " ← " + to_text(*envelope) + " carried");
    return;
  }
  const auto word = decode_body(envelope->word, encode_body(*own));
  CHECK(word.ok());
  if (const auto* welcome = std::get_if<Welcome>(&*word)) party->second.connection = welcome->connection;
  std::string line = party->first + " ← " + to_text(*word);
  if (const auto* report = std::get_if<BrokerReport>(&*word)) {  // only what is not 0, on one line
    line = party->first + " ← BrokerReport";
    for (const RefusedPeer& each : report->refused) line += " " + each.address + " " + each.reason;
    for (const BrokerCounter& each : report->counters) {
      if (each.value != 0) line += " " + each.name + "=" + std::to_string(each.value);
    }
    for (const BrokerView& each : report->brokers) {
      if (options_.peers.empty()) break;
      line += " | " + each.name + " " + std::to_string(each.epoch.number) + (each.trouble.empty() ? "" : ": ") +
              each.trouble;
    }
  }
  owed_.push_back(line);
}

}  // namespace argosy::broker
