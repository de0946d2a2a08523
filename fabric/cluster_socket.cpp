#include "fabric/cluster_socket.h"

#include <algorithm>

#include "fabric/certificates.h"
#include "fabric/clock.h"

namespace argosy::fabric {
namespace {

constexpr Duration kBelieveAgain = seconds(30);

}  // namespace

struct ClusterSocket::State {
  Context& context;
  ClusterPlace place;
  ClientOptions options;                   // endpoint and server_key: of the connection that counts
  std::unique_ptr<ClientSocket> socket;
  Whereabouts kept;                        // believed, and on disk where that can be written
  std::optional<Whereabouts> doubted;      // told, and not believed yet
  std::optional<Time> believe_again;
  std::vector<PublicKey> candidates;       // keys of the place that is tried
  std::size_t candidate = 0;
  std::unique_ptr<ClientSocket> trial;
  bool trial_told = false;                 // that it is not reached yet
  std::uint64_t disbelieved = 0;
  std::vector<std::string> notes;

  bool is_here(const Whereabouts& where, const std::vector<PublicKey>& keys) const {
    return where.endpoint == options.endpoint && std::find(keys.begin(), keys.end(), options.server_key) != keys.end();
  }
  Status dial(const std::string& endpoint, const PublicKey& key);
  Status open();
  void keep();
  void consider(const Whereabouts& told, Time now);
  void start_trial();
  void watch_trial(Time now, std::vector<ClientEvent>& events);
  void take_place(std::vector<ClientEvent>& events);
};

Status ClusterSocket::State::dial(const std::string& endpoint, const PublicKey& key) {
  options.endpoint = endpoint;
  options.server_key = key;
  auto connected = ClientSocket::connect(context, options);
  if (!connected) return connected.error();
  socket = std::move(*connected);
  return Done{};
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
  if (moved && kept.reached) return dial(kept.endpoint, moved->front());
  const auto file = Certificate::load(place.endpoint_certificate);
  std::string pem;
  if (file) for (const auto& each : *file) pem += each.pem();
  auto keys = file ? believed_keys(place.authorities, pem, place.endpoint, read_wall()) : Result<std::vector<PublicKey>>(file.error());
  if (!keys) {
    if (moved) return dial(kept.endpoint, moved->front());
    return Error{place.endpoint_certificate.string() + ": " + keys.error().message};
  }
  if (auto dialed = dial(place.endpoint, keys->front()); !dialed) return dialed;
  if (moved) consider(kept, read_steady());
  return Done{};
}

void ClusterSocket::State::keep() {
  const auto there = load_whereabouts(place.kept);  // another process of this folder may be ahead of us
  if (there && *there && ((*there)->serial > kept.serial || ((*there)->serial == kept.serial && (*there)->reached))) return;
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
  trial.reset();
  if (kept.reached) return;
  if (fresh) notes.push_back("the cluster moves to " + told.endpoint + ": trying it");
  candidates = *keys;
  candidate = 0;
  trial_told = false;
  start_trial();
}

void ClusterSocket::State::start_trial() {
  ClientOptions there = options;
  there.endpoint = kept.endpoint;
  there.server_key = candidates[candidate];
  auto connected = ClientSocket::connect(context, there);
  if (connected) {
    trial = std::move(*connected);
  } else {
    ++disbelieved;
    notes.push_back(connected.error().message);
  }
}

void ClusterSocket::State::watch_trial(Time now, std::vector<ClientEvent>& events) {
  if (!trial) return;
  std::vector<ClientEvent> news;
  trial->take_events(now, news);
  for (const auto& event : news) {
    if (event.kind == ClientEventKind::connected) return take_place(events);
    if (!trial_told) {
      notes.push_back(kept.endpoint + " is not reached yet (" +
                      (event.kind == ClientEventKind::unreachable ? "nobody listens there" : std::string(to_text(event.refusal))) +
                      "); stays at " + options.endpoint + " and tries again");
    }
    trial_told = true;
    if (event.kind == ClientEventKind::handshake_refused && candidates.size() > 1) {
      candidate = (candidate + 1) % candidates.size();  // two while keys are rotated: the other one may be in use
      return start_trial();
    }
  }
}

void ClusterSocket::State::take_place(std::vector<ClientEvent>& events) {
  if (socket->connected()) events.push_back({ClientEventKind::disconnected});
  options.endpoint = kept.endpoint;
  options.server_key = candidates[candidate];
  socket = std::move(trial);
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

Sent ClusterSocket::send(std::span<Frame> frames) { return state_->socket->send(frames); }
bool ClusterSocket::receive(Frames& out) { return state_->socket->receive(out); }
bool ClusterSocket::connected() const { return state_->socket->connected(); }

void ClusterSocket::take_events(Time now, std::vector<ClientEvent>& events) {
  state_->socket->take_events(now, events);
  if (state_->believe_again && *state_->believe_again <= now) state_->consider(Whereabouts(*state_->doubted), now);
  state_->watch_trial(now, events);
}

void ClusterSocket::reconnect(Time now, std::vector<ClientEvent>& events) { state_->socket->reconnect(now, events); }

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
  state_->socket->raw_sockets(out);
  if (state_->trial) state_->trial->raw_sockets(out);
}

std::optional<Time> ClusterSocket::deadline() const {
  std::optional<Time> due = state_->socket->deadline();
  for (const auto& other : {state_->trial ? state_->trial->deadline() : std::optional<Time>(), state_->believe_again}) {
    if (other && (!due || *other < *due)) due = other;
  }
  return due;
}

}  // namespace argosy::fabric
