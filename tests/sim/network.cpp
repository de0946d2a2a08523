#include "tests/sim/network.h"

#include <algorithm>
#include <vector>

#include "schemas/names.h"

namespace argosy::sim {

std::string Party::title() const { return std::string(to_string(role_)) + "/" + name_; }

void Network::join(Party& party) {
  plugs_[party.label()].wanted = true;
  dial(party, delay());
}

void Network::leave(Party& party) {
  Plug& plug = plugs_[party.label()];
  plug.wanted = false;
  ++plug.dial;
  plug.backlog.clear();
  if (plug.link) close(plug.link, rng_.chance(1, 2) ? Fate::delivered : Fate::lost, Fate::lost, false, true);
  plug.link.reset();
}

void Network::reconnect(Party& party) {
  Plug& plug = plugs_[party.label()];
  if (plug.link) close(plug.link, any_fate(), Fate::lost, false, true);
  plug.link.reset();
  party.process.post(Duration{}, [&party] { party.link_down(); });
  dial(party, delay());
}

void Network::hub_died(Hub& hub) {
  std::vector<LinkPtr> all;
  for (const auto& [id, link] : links_) {
    if (link->hub == &hub) all.push_back(link);
  }
  for (const LinkPtr& link : all) close(link, rng_.chance(1, 2) ? Fate::sent_again : Fate::lost, any_fate(), true, false);
}

void Network::hub_stops(Hub& hub) {
  hub.set_listens(false);
  std::vector<LinkPtr> all;
  for (const auto& [id, link] : links_) {
    if (link->hub == &hub && link->port == Port::endpoint) all.push_back(link);
  }
  for (const LinkPtr& link : all) close(link, rng_.chance(1, 2) ? Fate::sent_again : Fate::lost, Fate::delivered, true, true);
}

void Network::send_up(Party& party, Frames frames) {
  Plug& plug = plugs_[party.label()];
  if (!plug.link) return;
  const LinkPtr link = plug.link;
  if (!link->open) {
    if (link->up_fate == Fate::sent_again) plug.backlog.push_back(std::move(frames));
    return;
  }
  link->up.push_back(std::move(frames));
  link->up_last = std::max(link->up_last, agenda_.now() + delay());
  agenda_.at(link->up_last, [this, link] { pump_up(link); });
}

bool Network::send_down(LinkId id, Frames frames) {
  const auto it = links_.find(id);
  if (it == links_.end() || !it->second->open) return false;
  const LinkPtr link = it->second;
  link->down.push_back(std::move(frames));
  link->down_last = std::max(link->down_last, agenda_.now() + delay());
  agenda_.at(link->down_last, [this, link] { pump_down(link); });
  return true;
}

void Network::cut(Party& party) {
  Plug& plug = plugs_[party.label()];
  if (!plug.link || !plug.link->open) return;
  close(plug.link, any_fate(), any_fate(), true, true);
}

void Network::partition(Party& party, Duration how_long) {
  darken(party.host(), how_long);
  Plug& plug = plugs_[party.label()];
  if (rng_.chance(1, 2) || !plug.link) return;  // it goes on afterwards, if nobody gave up meanwhile
  close(plug.link, Fate::lost, Fate::lost, false, false);
}

void Network::darken(const std::string& host, Duration how_long) {
  Time& until = dark_until_[host];
  until = std::max(until, agenda_.now() + how_long);
}

void Network::wall(const std::string& from, const std::string& to, Duration how_long) {
  Time& until = walls_[{from, to}];
  until = std::max(until, agenda_.now() + how_long);
}

void Network::heal() {
  dark_until_.clear();
  walls_.clear();
}

// Within a host nothing is cut.
Time Network::open_at(const std::string& from, const std::string& to) const {
  Time when;
  if (from == to) return when;
  for (const std::string& host : {from, to}) {
    if (const auto it = dark_until_.find(host); it != dark_until_.end()) when = std::max(when, it->second);
  }
  if (const auto it = walls_.find({from, to}); it != walls_.end()) when = std::max(when, it->second);
  return when;
}

void Network::dial(Party& party, Duration after) {
  Plug& plug = plugs_[party.label()];
  agenda_.after(after, [this, &party, serial = ++plug.dial] {
    const Plug& dialled = plugs_[party.label()];
    if (serial == dialled.dial && dialled.wanted) try_to_connect(party);
  });
}

// A stopped process accepts nobody; where none listens the host refuses at once; what is cut off stays silent.
void Network::try_to_connect(Party& party) {
  const bool broker = party.role() == Role::broker;
  const Duration again = broker ? milliseconds(40) : milliseconds(20) + microseconds(static_cast<std::int64_t>(rng_.below(200'000)));
  Hub* const hub = party.peer().empty() ? resolve_(party.host(), party.place()) : hubs_.at(party.peer());
  if (hub == nullptr || party.process.paused() || !hears_both_ways(party, *hub)) return dial(party, again);
  const bool listens = party.peer().empty() ? hub->listens() : hub->process.up();
  if (!listens) {
    dial(party, again);
    return party.refused();
  }
  if (hub->process.paused()) return dial(party, again);
  connect(party, *hub);
}

bool Network::hears_both_ways(const Party& party, const Hub& hub) const {
  return reaches(party.host(), hub.name()) && reaches(hub.name(), party.host());
}

bool Network::answers(const Party& party, const std::string& place) const {
  const Hub* const hub = resolve_(party.host(), place);
  return hub != nullptr && hears_both_ways(party, *hub) && hub->listens() && !hub->process.paused();
}

void Network::connect(Party& party, Hub& hub) {
  Plug& plug = plugs_[party.label()];
  const LinkPtr link = std::make_shared<Link>();
  link->id = ++last_link_;
  link->party = &party;
  link->hub = &hub;
  link->port = party.peer().empty() ? Port::endpoint : Port::own;
  link->party_life = party.process.life();
  link->hub_life = hub.process.life();
  links_[link->id] = link;
  plug.link = link;
  std::deque<Frames> backlog;
  backlog.swap(plug.backlog);
  for (Frames& frames : backlog) ++late_, send_up(party, std::move(frames));
  party.link_up();
}

void Network::pump_up(const LinkPtr& link) {
  if (link->up.empty()) return;
  const Time until = link->open ? open_at(link->party->host(), link->hub->name()) : link->up_from;
  if (agenda_.now() < until) return agenda_.at(until, [this, link] { pump_up(link); });
  const Frames frames = std::move(link->up.front());
  link->up.pop_front();
  if (!link->open && link->up_fate == Fate::lost) return;
  if (!link->open) ++late_;
  if (link->hub->process.life() != link->hub_life) return;
  link->hub->process.post(Duration{}, [link, frames] { link->hub->frames_came(link->id, link->port, *link->party, frames); });
}

void Network::pump_down(const LinkPtr& link) {
  if (link->down.empty()) return;
  const Time until = link->open ? open_at(link->hub->name(), link->party->host()) : link->down_from;
  if (agenda_.now() < until) return agenda_.at(until, [this, link] { pump_down(link); });
  const Frames frames = std::move(link->down.front());
  link->down.pop_front();
  if (!link->open && link->down_fate == Fate::lost) return;
  if (!link->open) ++late_;
  Party* party = link->party;
  if (party->process.life() != link->party_life) return;
  party->process.post(Duration{}, [party, frames] { party->frames_came(frames); });
}

void Network::close(const LinkPtr& link, Fate up, Fate down, bool tell_party, bool tell_hub) {
  if (!link->open) return;
  link->open = false;
  link->up_fate = up;
  link->down_fate = down == Fate::sent_again ? Fate::lost : down;
  const Duration lateness = milliseconds(static_cast<std::int64_t>(rng_.below(8'000)));
  link->up_from = up == Fate::late ? agenda_.now() + lateness : agenda_.now();
  link->down_from = down == Fate::late ? agenda_.now() + lateness : agenda_.now();
  Plug& plug = plugs_[link->party->label()];
  if (up == Fate::sent_again) {
    for (Frames& frames : link->up) plug.backlog.push_back(std::move(frames));
    link->up.clear();
  }
  links_.erase(link->id);
  if (tell_hub) {
    const Time last = std::max(std::max(link->up_last, link->up_from), agenda_.now()) + delay();
    agenda_.at(last, [this, link] {
      if (link->hub->process.life() != link->hub_life) return;
      link->hub->process.post(Duration{}, [link] { link->hub->link_gone(link->id); });
    });
  }
  if (!tell_party) return;
  const Time last = (down == Fate::delivered ? std::max(link->down_last, agenda_.now()) : agenda_.now()) + delay();
  agenda_.at(last, [this, link] {
    Plug& told = plugs_[link->party->label()];
    if (told.link != link || link->party->process.life() != link->party_life) return;
    link->party->process.post(Duration{}, [this, link] {
      Plug& now = plugs_[link->party->label()];
      if (now.link != link) return;
      now.link.reset();
      link->party->link_down();
      if (now.wanted) dial(*link->party, delay());
    });
  });
}

// Most are quick; one in eight takes up to the most.
Duration Network::delay() {
  const auto most = static_cast<std::uint64_t>(delay_most_.us);
  return microseconds(static_cast<std::int64_t>(20 + rng_.below((rng_.chance(1, 8) ? most : most / 20) + 1)));
}

Network::Fate Network::any_fate() { return static_cast<Fate>(rng_.below(4)); }

}  // namespace argosy::sim
