// A gate and a server on loopback with clients made to order. For tests of fabric/ only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fabric/client_socket.h"
#include "fabric/clock.h"
#include "fabric/gate.h"
#include "fabric/poll.h"
#include "fabric/server_socket.h"

namespace argosy::fabric {

class TestCluster {
 public:
  struct Client {
    std::unique_ptr<ClientSocket> socket;
    std::vector<ClientEvent> events;
    std::vector<std::string> heard;  // first frames
    bool seen(ClientEventKind kind) const {
      for (const auto& event : events) {
        if (event.kind == kind) return true;
      }
      return false;
    }
  };

  explicit TestCluster(ServerOptions options = {}) : gate(context) {
    options.keys = server_keys;
    server = std::make_unique<ServerSocket>(context, gate, options);
    EXPECT_TRUE(server->listen("tcp://127.0.0.1:0"));
    polls.add(*server);
  }

  void admit(const PublicKey& key, Standing standing = Standing::enabled) {
    pushed.push_back({key, "w" + std::to_string(pushed.size()), Role::worker, standing});
    roster.replace_pushed_entries(pushed);
    gate.use(std::make_shared<const Roster>(roster));
  }

  Client& connect(const KeyPair& keys, std::function<void(ClientOptions&)> adjust = nullptr) {
    ClientOptions options;
    options.endpoint = server->endpoint();
    options.server_key = server_keys.public_key;
    options.keys = keys;
    if (adjust) adjust(options);
    auto made = ClientSocket::connect(client_context, options);
    EXPECT_TRUE(made);
    clients.push_back(std::make_unique<Client>());
    clients.back()->socket = std::move(*made);
    tokens.push_back(polls.add(*clients.back()->socket));
    return *clients.back();
  }

  Client& connect_known() {
    const KeyPair keys = KeyPair::generate();
    admit(keys.public_key);
    return connect(keys);
  }

  void drop(Client& client) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (clients[i].get() != &client) continue;
      polls.remove(tokens[i]);
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(i));
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  // Runs the loop until the condition holds; false: it did not within a generous while.
  bool until(const std::function<bool()>& condition) {
    const Time end = read_steady() + seconds(20);
    std::vector<Readiness> ready;
    while (true) {
      turn();
      if (condition()) return true;
      if (read_steady() >= end) return false;
      polls.wait(end, ready);
    }
  }

  void turn() {
    Received received;
    while (server->receive(received)) got.push_back(std::move(received));
    server->take_gone(read_steady(), gone);
    for (const auto& client : clients) {
      client->socket->take_events(read_steady(), client->events);
      Frames frames;
      while (client->socket->receive(frames)) client->heard.emplace_back(frames.front().view());
    }
  }

  // Says a word on a client and returns the peer that the server saw.
  Peer introduce(Client& client, const std::string& word) {
    EXPECT_TRUE(until([&] { return client.socket->connected(); }));
    EXPECT_EQ(client.socket->send(Frame::copy_of(word)), Sent::sent);
    const std::size_t before = got.size();
    EXPECT_TRUE(until([&] { return got.size() > before; }));
    return got.back().peer;
  }

  Context context;
  Context client_context;  // clients of other processes share no context with the gate
  Gate gate;
  Roster roster;
  std::vector<RosterEntry> pushed;
  KeyPair server_keys = KeyPair::generate();
  std::unique_ptr<ServerSocket> server;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<Token> tokens;
  PollSet polls;
  std::vector<Received> got;
  std::vector<Peer> gone;
};

}  // namespace argosy::fabric
