#include "fabric/gate.h"

#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "fabric/clock.h"
#include "fabric/wakeup.h"
#include "fabric/zmq_socket.h"

namespace argosy::fabric {
namespace {

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";
constexpr std::size_t kMaxAddress = 64;

// The frames of a ZAP request, after the reply path: RFC 27.
enum Field { kVersion, kRequestId, kDomain, kAddress, kRoutingId, kMechanism, kCredentials, kFields };

// One request with the path back to its asker.
struct Request {
  Frame asker, delimiter;
  Frames fields;
};

bool receive(ZmqSocket& socket, Request& request) {
  request.fields.clear();
  if (!socket.receive(request.asker)) return false;
  if (!socket.more_follows() || !socket.receive(request.delimiter)) return true;
  while (socket.more_follows()) {
    Frame field;
    if (!socket.receive(field)) break;
    request.fields.push_back(std::move(field));
  }
  return true;
}

void answer(ZmqSocket& socket, Request& request, bool admitted, std::string_view user) {
  socket.send(request.asker, true);
  socket.send(request.delimiter, true);
  socket.send(request.fields[kVersion], true);
  socket.send(request.fields[kRequestId], true);
  socket.send_copy(admitted ? "200" : "400", true);
  socket.send_copy(admitted ? "OK" : "refused", true);
  socket.send_copy(user, true);
  socket.send_copy("", false);
}

}  // namespace

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::unknown_key:
      return "unknown key";
    case Refusal::revoked_key:
      return "revoked key";
    case Refusal::malformed:
      return "malformed request";
  }
  return "unknown";
}

struct Gate::State {
  State(Context& context, std::size_t max) : socket(context, ZMQ_ROUTER), max_refused(max) {}

  ZmqSocket socket;  // the thread's, from its start to its end
  const std::size_t max_refused;
  Wakeup stop;
  std::thread thread;

  std::mutex mutex;  // guards what follows
  std::shared_ptr<const Roster> roster = std::make_shared<const Roster>();
  std::list<RefusedKey> refused;  // latest first
  std::map<PublicKey, std::list<RefusedKey>::iterator> by_key;
  GateCounters counters;

  void serve();
  void decide(Request& request);
  void note_refused(const PublicKey& key, std::string_view address, Refusal refusal);
};

void Gate::State::serve() {
  Request request;
  zmq_pollitem_t items[] = {{socket.raw(), 0, ZMQ_POLLIN, 0}, {nullptr, stop.fd(), ZMQ_POLLIN, 0}};
  while (true) {
    zmq_poll(items, 2, -1);
    if (items[1].revents != 0) return;
    while (receive(socket, request)) decide(request);
  }
}

void Gate::State::decide(Request& request) {
  if (request.fields.size() <= kRequestId) return;  // nobody to answer: not from libzmq
  const bool whole = request.fields.size() >= kFields && request.fields[kMechanism].view() == "CURVE";
  const auto key = whole ? PublicKey::from_bytes(request.fields[kCredentials].view()) : Error{""};
  bool admitted = false;
  {
    const std::lock_guard lock(mutex);
    const RosterEntry* entry = key ? roster->find(*key) : nullptr;
    admitted = entry != nullptr && entry->standing != Standing::revoked;
    if (admitted) {
      ++counters.admitted;
    } else if (key) {
      note_refused(*key, request.fields[kAddress].view(),
                   entry == nullptr ? Refusal::unknown_key : Refusal::revoked_key);
    } else {
      note_refused(PublicKey(), "", Refusal::malformed);
    }
  }
  answer(socket, request, admitted, admitted ? key->hex() : "");
}

void Gate::State::note_refused(const PublicKey& key, std::string_view address, Refusal refusal) {
  ++counters.refused;
  const WallTime now = read_wall();
  const auto known = by_key.find(key);
  if (known != by_key.end()) {
    refused.splice(refused.begin(), refused, known->second);
  } else {
    refused.push_front(RefusedKey{key, {}, 0, now, refusal});
    by_key[key] = refused.begin();
  }
  RefusedKey& entry = refused.front();
  entry.address = address.substr(0, kMaxAddress);
  ++entry.count;
  entry.last = now;
  entry.refusal = refusal;
  if (refused.size() > max_refused) {
    by_key.erase(refused.back().key);
    refused.pop_back();
  }
}

Gate::Gate(Context& context, std::size_t max_refused)
    : state_(std::make_unique<State>(context, max_refused)) {
  CHECK(max_refused > 0);
  state_->socket.set(ZMQ_LINGER, 0);
  CHECK(zmq_bind(state_->socket.raw(), kEndpoint) == 0);  // fails only beside another gate
  state_->thread = std::thread([state = state_.get()] { state->serve(); });
}

Gate::~Gate() {
  state_->stop.notify();
  state_->thread.join();
}

void Gate::use(std::shared_ptr<const Roster> roster) {
  CHECK(roster != nullptr);
  const std::lock_guard lock(state_->mutex);
  state_->roster.swap(roster);
}

std::vector<RefusedKey> Gate::refused() const {
  const std::lock_guard lock(state_->mutex);
  return {state_->refused.begin(), state_->refused.end()};
}

GateCounters Gate::counters() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counters;
}

}  // namespace argosy::fabric
