// The link: words to and from the broker. Encodes, stamps the envelope, decodes; knows no word's meaning but Welcome's stamp.
// Owner: the shell. One thread.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "fabric/cluster_socket.h"
#include "schemas/words.h"

namespace argosy::worker {

class Link {
 public:
  static Result<Link> open(fabric::Context& context, fabric::ClusterPlace place, fabric::ClientOptions options, Epoch highest_epoch);

  // False: the queue is full or nothing is connected; the caller reconnects, everybody says again what counts.
  bool send(const Address& to, ShardTerm reign, const Word& word);

  // The next message that can be decoded; false when none is there. What cannot is dropped; the first is logged.
  bool receive(Message& message);

  fabric::ClusterSocket& socket() { return *socket_; }
  const Epoch& epoch() const { return epoch_; }           // of the latest Welcome; before it the highest ever seen

 private:
  explicit Link(std::unique_ptr<fabric::ClusterSocket> socket, Epoch epoch)
      : socket_(std::move(socket)), epoch_(std::move(epoch)) {}

  std::unique_ptr<fabric::ClusterSocket> socket_;
  Epoch epoch_;
  ConnectionId connection_;
  std::uint64_t undecodable_ = 0;
};

}  // namespace argosy::worker
