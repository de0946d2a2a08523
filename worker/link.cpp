#include "worker/link.h"

#include <spdlog/spdlog.h>

#include "schemas/codec.h"

namespace argosy::worker {

Result<Link> Link::open(fabric::Context& context, fabric::ClusterPlace place, fabric::ClientOptions options, Epoch highest_epoch) {
  auto socket = fabric::ClusterSocket::connect(context, std::move(place), std::move(options));
  if (!socket) return socket.error();
  return Link(std::move(*socket), std::move(highest_epoch));
}

bool Link::send(const Address& to, ShardTerm reign, const Word& word) {
  Envelope envelope;
  envelope.word = std::visit([](const auto& w) { return w.word; }, word);
  envelope.epoch = epoch_;
  envelope.connection = envelope.word == Hello::word ? ConnectionId{} : connection_;
  envelope.reign = reign;
  envelope.to = to;
  fabric::Frame frames[2] = {fabric::Frame(encode_envelope(envelope)), fabric::Frame(encode_body(word))};
  return socket_->send(frames) == fabric::Sent::sent;
}

bool Link::receive(Message& message) {
  fabric::Frames frames;
  while (socket_->receive(frames)) {
    if (frames.size() != 2) continue;
    auto envelope = decode_envelope(frames[0].view());
    auto word = envelope ? decode_body(envelope->word, frames[1].view()) : Decoded<Word>(envelope.error());
    if (!word) {
      if (undecodable_++ == 0) spdlog::warn("a message could not be decoded: {}", word.error().message);
      continue;
    }
    message.envelope = std::move(*envelope);
    message.word = std::move(*word);
    if (const auto* welcome = std::get_if<Welcome>(&message.word); welcome && message.envelope.epoch >= epoch_) {
      connection_ = welcome->connection;
      epoch_ = message.envelope.epoch;
    }
    return true;
  }
  return false;
}

}  // namespace argosy::worker
