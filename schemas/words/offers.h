// Words between masters, broker and workers that bring a ready item and a free worker together. protocol.md, "Offers".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "schemas/words/session.h"

namespace argosy {

// What all offers of a class share: what they reserve and who may take them.
struct OfferClass {
  std::uint32_t id = 0;                  // chosen by the master, unique within its reign
  Resources resources;
  std::vector<std::string> workers;      // allowed workers by name, sorted; empty: any

  bool operator==(const OfferClass&) const = default;
  template <class V>
  void visit(V& v) { v(id); v(resources); v(workers); }
};

struct Offer {
  ItemRef item;
  std::uint32_t offer_class = 0;
  std::int32_t priority = 0;             // -1000 … 1000, higher goes first
  std::uint64_t group = 0;               // offers of one priority are taken in turn, group by group

  auto operator<=>(const Offer&) const = default;
  template <class V>
  void visit(V& v) { v(item); v(offer_class); v(priority); v(group); }
};

// master → broker: these items are ready. Light: never a body. Repeating an offer that is queued changes nothing.
struct Publish {
  static constexpr std::uint16_t word = 20;
  std::vector<OfferClass> classes;       // defined before they are first used on this connection
  std::vector<Offer> offers;

  template <class V>
  void visit(V& v) { v(classes); v(offers); }
};

// master → broker: no longer offered. A Claim that crossed it is answered as any other.
struct Withdraw {
  static constexpr std::uint16_t word = 21;
  std::vector<ItemRef> items;

  template <class V>
  void visit(V& v) { v(items); }
};

// worker → broker: items no longer held (ended, returned, dropped), and how many may wait from now on.
struct Credit {
  static constexpr std::uint16_t word = 22;
  std::uint32_t prefetch = 0;
  bool draining = false;
  std::vector<ItemRef> freed;

  template <class V>
  void visit(V& v) { v(prefetch); v(draining); v(freed); }
};

struct ItemClaim {
  ItemRef item;
  std::string worker;
  SessionId session;
  ConnectionId connection;

  auto operator<=>(const ItemClaim&) const = default;
  template <class V>
  void visit(V& v) { v(item); v(worker); v(session); v(connection); }
};

// broker → master that offered: the item goes to that worker if you commit the claim. It has left the queue.
struct Claim {
  static constexpr std::uint16_t word = 23;
  std::vector<ItemClaim> claims;

  template <class V>
  void visit(V& v) { v(claims); }
};

// master → broker: these claims will not become Runs; the worker's room is free again.
struct Declined {
  static constexpr std::uint16_t word = 24;
  std::vector<ItemClaim> claims;

  template <class V>
  void visit(V& v) { v(claims); }
};

}  // namespace argosy
