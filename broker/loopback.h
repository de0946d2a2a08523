// A broker on loopback in a thread of its own, with masters, workers and clients made to order. For tests and
// the bench only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "broker/config.h"
#include "broker/shell.h"
#include "fabric/client_socket.h"
#include "fabric/clock.h"
#include "fabric/keys.h"
#include "fabric/poll.h"
#include "fabric/wakeup.h"
#include "schemas/words.h"

namespace argosy::broker {

// One party with a socket. `heard` grows by receive().
class Party {
 public:
  Party(fabric::Context& context, const std::string& endpoint, const fabric::PublicKey& server_key,
        fabric::KeyPair keys, Role role, std::string name);

  // Sends with the epoch and connection of the last Welcome. False: the socket takes nothing now.
  bool say(const Word& word, const Address& to = {Role::broker, {}, {}}, ShardTerm reign = {});
  bool say_frames(std::vector<std::string> frames);
  void receive();

  // The last word of that kind that was heard; nullptr: none.
  template <class T>
  const T* last() const {
    for (auto message = heard.rbegin(); message != heard.rend(); ++message) {
      if (const auto* word = std::get_if<T>(&message->word)) return word;
    }
    return nullptr;
  }
  bool refused(Refusal reason) const {
    const Refused* last_refused = last<Refused>();
    return last_refused != nullptr && last_refused->reason == reason;
  }
  const Envelope& envelope_of_last() const { return heard.back().envelope; }
  Address address() const { return {role, name, connection}; }

  Role role;
  std::string name;
  Epoch epoch;
  ConnectionId connection;
  std::unique_ptr<fabric::ClientSocket> socket;
  std::vector<fabric::ClientEvent> events;
  std::vector<Message> heard;
};

class Loopback {
 public:
  Loopback();
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  // On the roster before open(): parties may connect as often as they like.
  fabric::KeyPair enroll(Role role, const std::string& name);
  void write_roster() const;
  // Writes the roster and starts the broker's thread.
  void open();
  void stop();
  void close();  // and gives its folder back

  Party& connect(Role role, const std::string& name, const fabric::KeyPair& keys);
  // Connected, Hello said and Welcome heard.
  Party& greet(Role role, const std::string& name, const fabric::KeyPair& keys, Hello hello);

  const std::string& endpoint() const { return endpoint_; }
  void use_endpoint(std::string endpoint) { endpoint_ = std::move(endpoint); }  // of brokers that the test started

  // Lets all parties receive until the condition holds; false: not within a generous while.
  bool until(const std::function<bool()>& condition);

  Config config;
  std::vector<std::unique_ptr<Party>> parties;

 private:
  std::filesystem::path folder_;
  fabric::KeyPair server_keys_;
  std::string roster_;
  fabric::Context context_;
  std::unique_ptr<Shell> shell_;
  std::string endpoint_;
  fabric::Wakeup stop_;
  std::thread thread_;
  fabric::PollSet polls_;
};

// A Hello as a peer on this machine says it.
Hello hello_of(std::uint64_t session, const std::string& machine = "A");

}  // namespace argosy::broker
