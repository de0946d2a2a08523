#include "fabric/cluster_socket.h"

#include <algorithm>
#include <utility>

#include "fabric/certificates.h"
#include "fabric/clock.h"

namespace argosy::fabric {
namespace {

constexpr Duration kBelieveAgain = seconds(30);
constexpr Duration kOtherKey = seconds(1);  // after a handshake that was refused

// A connection to a place that has two keys while they are rotated: which one is in use only the handshake tells.
struct Dialled {
  std::vector<PublicKey> keys;
  std::size_t at = 0;
  std::optional<Time> other_at;  // when the other one is tried
  std::unique_ptr<ClientSocket> socket;

  void heed(const ClientEvent& event, Time now) {
    if (event.kind == ClientEventKind::connected) other_at.reset();
    const bool wrong_key = event.kind == ClientEventKind::handshake_refused && event.refusal != HandshakeRefusal::by_gate;
    if (wrong_key && keys.size() > 1 && !other_at) other_at = now + kOtherKey;
  }
};

}  // namespace

struct ClusterSocket::State {
  Context& context;
  ClusterPlace place;
  ClientOptions options;                   // endpoint: of the connection that counts
  Dialled here;                            // that connection
  Whereabouts kept;                        // believed, and on disk where that can be written
  std::optional<Whereabouts> doubted;      // told, and not believed yet
  std::optional<Time> believe_again;
  Dialled trial;                           // of the place that is told; no socket: nothing is tried
  bool trial_told = false;                 // that it is not reached yet
  std::uint64_t disbelieved = 0;
  std::vector<std::string> notes;

  bool is_here(const Whereabouts& where, const std::vector<PublicKey>& keys) const {
    return where.endpoint == options.endpoint && std::find(keys.begin(), keys.end(), here.keys[here.at]) != keys.end();
  }
  Status dial(Dialled& line, const std::string& endpoint);
  void try_other_key(Dialled& line, const std::string& endpoint, Time now);
  Status start_at(const std::string& endpoint, std::vector<PublicKey> keys);
  Status open();
  void keep();
  void consider(const Whereabouts& told, Time now);
  void watch_trial(Time now, std::vector<ClientEvent>& events);
  void take_place(std::vector<ClientEvent>& events);
};

Status ClusterSocket::State::dial(Dialled& line, const std::string& endpoint) {
  ClientOptions there = options;
  there.endpoint = endpoint;
  there.server_key = line.keys[line.at];
  auto connected = ClientSocket::connect(context, there);
  if (!connected) return connected.error();
  line.socket = std::move(*connected);
  return Done{};
}

void ClusterSocket::State::try_other_key(Dialled& line, const std::string& endpoint, Time now) {
  if (!line.other_at || *line.other_at > now) return;
  line.other_at.reset();
  line.at = (line.at + 1) % line.keys.size();
  if (const Status dialled = dial(line, endpoint); !dialled) notes.push_back(dialled.error().message);
}

Status ClusterSocket::State::start_at(const std::string& endpoint, std::vector<PublicKey> keys) {
  options.endpoint = endpoint;
  here.keys = std::move(keys);
  return dial(here, endpoint);
}

// A place that was reached once comes before the configuration; one that was only told is tried beside it.
Status ClusterSocket::State::open() {
  const auto found = load_whereabouts(place.kept);
  if (!found) notes.push_back(found.error().message + "; the configured endpoint is used");
  if (found && *found) kept = **found;
  Result<std::vector<PublicKey>> moved = Error{""};
  if (kept.serial > 0) {
    moved = believed_keys(place.authorities, kept.certificates, kept.endpoint, read_wall());
    if (!moved) notes.push_back(place.kept.string() + ": " + moved.error().message + "; the configured endpoint is used");
  }
  if (moved && kept.reached) return start_at(kept.endpoint, *moved);
  const auto file = Certificate::load(place.endpoint_certificate);
  std::string pem;
  if (file) for (const auto& each : *file) pem += each.pem();
  auto keys = file ? believed_keys(place.authorities, pem, place.endpoint, read_wall()) : Result<std::vector<PublicKey>>(file.error());
  if (!keys) {
    if (moved) return start_at(kept.endpoint, *moved);
    return Error{place.endpoint_certificate.string() + ": " + keys.error().message};
  }
  if (auto started = start_at(place.endpoint, *keys); !started) return started;
  if (moved) consider(kept, read_steady());
  return Done{};
}

// A place that was reached stays until another one is: the next process begins there, and the configured one may be gone.
void ClusterSocket::State::keep() {
  const auto there = load_whereabouts(place.kept);  // another process of this folder may be ahead of us
  if (there && *there && ((*there)->serial > kept.serial || ((*there)->reached && !kept.reached))) return;
  const auto saved = save_whereabouts(place.kept, kept);
  if (saved) return;
  ++disbelieved;
  notes.push_back(saved.error().message + "; the next process will not know that the cluster moved");
}

void ClusterSocket::State::consider(const Whereabouts& told, Time now) {
  const auto keys = believed_keys(place.authorities, told.certificates, told.endpoint, read_wall());
  if (!keys) {
    ++disbelieved;
    doubted = told;
    believe_again = now + kBelieveAgain;
    notes.push_back("the cluster says that it moved to " + told.endpoint + ", which is not believed: " + keys.error().message +
                    "; stays at " + options.endpoint);
    return;
  }
  doubted.reset();
  believe_again.reset();
  const bool fresh = told.serial > kept.serial;
  kept = told;
  kept.reached = is_here(told, *keys);
  if (fresh || kept.reached) keep();
  trial = {};
  if (kept.reached) return;
  if (fresh) notes.push_back("the cluster moves to " + told.endpoint + ": trying it");
  trial.keys = *keys;
  trial_told = false;
  if (const Status dialled = dial(trial, kept.endpoint); !dialled) {
    ++disbelieved;
    notes.push_back(dialled.error().message);
  }
}

void ClusterSocket::State::watch_trial(Time now, std::vector<ClientEvent>& events) {
  if (!trial.socket) return;
  std::vector<ClientEvent> news;
  trial.socket->take_events(now, news);
  for (const auto& event : news) {
    if (event.kind == ClientEventKind::connected) return take_place(events);
    if (!trial_told) {
      notes.push_back(kept.endpoint + " is not reached yet (" +
                      (event.kind == ClientEventKind::unreachable ? "nobody listens there" : std::string(to_text(event.refusal))) +
                      "); stays at " + options.endpoint + " and tries again");
    }
    trial_told = true;
    trial.heed(event, now);
  }
  try_other_key(trial, kept.endpoint, now);
}

void ClusterSocket::State::take_place(std::vector<ClientEvent>& events) {
  if (here.socket->connected()) events.push_back({ClientEventKind::disconnected});
  options.endpoint = kept.endpoint;
  here = std::exchange(trial, {});
  here.other_at.reset();
  events.push_back({ClientEventKind::connected});
  kept.reached = true;
  keep();
  notes.push_back("moved to " + options.endpoint);
}

ClusterSocket::ClusterSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}

ClusterSocket::~ClusterSocket() = default;

Result<std::unique_ptr<ClusterSocket>> ClusterSocket::connect(Context& context, ClusterPlace place, ClientOptions options) {
  std::unique_ptr<State> state(new State{.context = context, .place = std::move(place), .options = std::move(options)});
  if (auto opened = state->open(); !opened) return opened.error();
  return std::unique_ptr<ClusterSocket>(new ClusterSocket(std::move(state)));
}

Sent ClusterSocket::send(std::span<Frame> frames) { return state_->here.socket->send(frames); }
bool ClusterSocket::receive(Frames& out) { return state_->here.socket->receive(out); }
bool ClusterSocket::connected() const { return state_->here.socket->connected(); }

void ClusterSocket::take_events(Time now, std::vector<ClientEvent>& events) {
  const std::size_t before = events.size();
  state_->here.socket->take_events(now, events);
  for (std::size_t i = before; i < events.size(); ++i) state_->here.heed(events[i], now);
  state_->try_other_key(state_->here, state_->options.endpoint, now);
  if (state_->believe_again && *state_->believe_again <= now) state_->consider(Whereabouts(*state_->doubted), now);
  state_->watch_trial(now, events);
}

void ClusterSocket::reconnect(Time now, std::vector<ClientEvent>& events) { state_->here.socket->reconnect(now, events); }

void ClusterSocket::move(const Whereabouts& told, Time now) {
  if (told.serial <= state_->kept.serial) return;
  if (state_->doubted && told.serial < state_->doubted->serial) return;
  state_->consider(told, now);
}

const std::string& ClusterSocket::endpoint() const { return state_->options.endpoint; }
std::uint64_t ClusterSocket::serial() const { return state_->kept.serial; }
std::uint64_t ClusterSocket::disbelieved() const { return state_->disbelieved; }
std::vector<std::string> ClusterSocket::take_notes() { return std::exchange(state_->notes, {}); }

void ClusterSocket::raw_sockets(std::vector<void*>& out) const {
  state_->here.socket->raw_sockets(out);
  if (state_->trial.socket) state_->trial.socket->raw_sockets(out);
}

std::optional<Time> ClusterSocket::deadline() const {
  std::optional<Time> due = state_->here.socket->deadline();
  const auto trial = state_->trial.socket ? state_->trial.socket->deadline() : std::optional<Time>();
  for (const auto& other : {trial, state_->trial.other_at, state_->here.other_at, state_->believe_again}) {
    if (other && (!due || *other < *due)) due = other;
  }
  return due;
}

}  // namespace argosy::fabric
