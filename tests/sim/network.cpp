#include "tests/sim/network.h"

#include <algorithm>
#include <vector>

#include "schemas/names.h"

namespace argosy::sim {

std::string Party::title() const { return std::string(to_string(role_)) + "/" + name_; }

void Network::join(Party& party) {
  ports_[party.label()].wanted = true;
  dial(party, delay());
}

void Network::leave(Party& party) {
  Port& port = ports_[party.label()];
  port.wanted = false;
  ++port.dial;
  port.backlog.clear();
  if (port.link) close(port.link, rng_.chance(1, 2) ? Fate::delivered : Fate::lost, Fate::lost, false, true);
  port.link.reset();
}

void Network::reconnect(Party& party) {
  Port& port = ports_[party.label()];
  if (port.link) close(port.link, any_fate(), Fate::lost, false, true);
  port.link.reset();
  party.process.post(Duration{}, [&party] { party.link_down(); });
  dial(party, delay());
}

void Network::hub_died() {
  std::vector<LinkPtr> all;
  for (const auto& [id, link] : links_) all.push_back(link);
  for (const LinkPtr& link : all) close(link, rng_.chance(1, 2) ? Fate::sent_again : Fate::lost, any_fate(), true, false);
}

void Network::send_up(Party& party, Frames frames) {
  Port& port = ports_[party.label()];
  if (!port.link) return;
  const LinkPtr link = port.link;
  if (!link->open) {
    if (link->up_fate == Fate::sent_again) port.backlog.push_back(std::move(frames));
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
  Port& port = ports_[party.label()];
  if (!port.link || !port.link->open) return;
  close(port.link, any_fate(), any_fate(), true, true);
}

void Network::partition(Party& party, Duration how_long) {
  Port& port = ports_[party.label()];
  port.partitioned_until = std::max(port.partitioned_until, agenda_.now() + how_long);
  if (rng_.chance(1, 2) || !port.link) return;  // it goes on afterwards, if nobody gave up meanwhile
  close(port.link, Fate::lost, Fate::lost, false, false);
}

void Network::heal() {
  for (auto& [title, port] : ports_) port.partitioned_until = agenda_.now();
}

void Network::dial(Party& party, Duration after) {
  Port& port = ports_[party.label()];
  agenda_.after(after, [this, &party, serial = ++port.dial] {
    Port& dialled = ports_[party.label()];
    if (serial != dialled.dial || !dialled.wanted) return;
    const bool answers = hub_->process.up() && !hub_->process.paused() && !partitioned(party) && !party.process.paused();
    if (answers) return connect(party);
    dial(party, milliseconds(20) + microseconds(static_cast<std::int64_t>(rng_.below(200'000))));
  });
}

void Network::connect(Party& party) {
  Port& port = ports_[party.label()];
  const LinkPtr link = std::make_shared<Link>();
  link->id = ++last_link_;
  link->party = &party;
  link->party_life = party.process.life();
  link->hub_life = hub_->process.life();
  links_[link->id] = link;
  port.link = link;
  std::deque<Frames> backlog;
  backlog.swap(port.backlog);
  for (Frames& frames : backlog) ++late_, send_up(party, std::move(frames));
  party.link_up();
}

void Network::pump_up(const LinkPtr& link) {
  if (link->up.empty()) return;
  const Time until = link->open ? ports_[link->party->label()].partitioned_until : link->up_from;
  if (agenda_.now() < until) return agenda_.at(until, [this, link] { pump_up(link); });
  const Frames frames = std::move(link->up.front());
  link->up.pop_front();
  if (!link->open && link->up_fate == Fate::lost) return;
  if (!link->open) ++late_;
  if (hub_->process.life() != link->hub_life) return;
  hub_->process.post(Duration{}, [this, link, frames] { hub_->frames_came(link->id, *link->party, frames); });
}

void Network::pump_down(const LinkPtr& link) {
  if (link->down.empty()) return;
  const Time until = link->open ? ports_[link->party->label()].partitioned_until : link->down_from;
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
  Port& port = ports_[link->party->label()];
  if (up == Fate::sent_again) {
    for (Frames& frames : link->up) port.backlog.push_back(std::move(frames));
    link->up.clear();
  }
  links_.erase(link->id);
  if (tell_hub) {
    const Time last = std::max(std::max(link->up_last, link->up_from), agenda_.now()) + delay();
    agenda_.at(last, [this, link] {
      if (hub_->process.life() != link->hub_life) return;
      hub_->process.post(Duration{}, [this, link] { hub_->link_gone(link->id); });
    });
  }
  if (!tell_party) return;
  const Time last = (down == Fate::delivered ? std::max(link->down_last, agenda_.now()) : agenda_.now()) + delay();
  agenda_.at(last, [this, link] {
    Port& told = ports_[link->party->label()];
    if (told.link != link || link->party->process.life() != link->party_life) return;
    link->party->process.post(Duration{}, [this, link] {
      Port& now = ports_[link->party->label()];
      if (now.link != link) return;
      now.link.reset();
      link->party->link_down();
      if (now.wanted) dial(*link->party, delay());
    });
  });
}

bool Network::partitioned(const Party& party) const {
  const auto it = ports_.find(party.label());
  return it != ports_.end() && agenda_.now() < it->second.partitioned_until;
}

// Most are quick; one in eight takes up to the most.
Duration Network::delay() {
  const auto most = static_cast<std::uint64_t>(delay_most_.us);
  return microseconds(static_cast<std::int64_t>(20 + rng_.below((rng_.chance(1, 8) ? most : most / 20) + 1)));
}

Network::Fate Network::any_fate() { return static_cast<Fate>(rng_.below(4)); }

}  // namespace argosy::sim
