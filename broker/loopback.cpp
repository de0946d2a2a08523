#include "broker/loopback.h"

#include <unistd.h>

#include <fstream>

#include "base/check.h"
#include "fabric/certificates.h"
#include "fabric/private_file.h"
#include "schemas/codec.h"
#include "schemas/names.h"

namespace argosy::broker {

Party::Party(fabric::Context& context, const std::string& endpoint, const fabric::PublicKey& server_key,
             fabric::KeyPair keys, Role its_role, std::string its_name)
    : role(its_role), name(std::move(its_name)) {
  fabric::ClientOptions options;
  options.endpoint = endpoint;
  options.server_key = server_key;
  options.keys = std::move(keys);
  options.max_message_bytes = 16 << 20;
  options.send_queue_messages = 100'000;
  options.receive_queue_messages = 100'000;
  auto made = fabric::ClientSocket::connect(context, std::move(options));
  CHECK(made.ok());
  socket = std::move(*made);
}

bool Party::say(const Word& word, const Address& to, ShardTerm reign) {
  Envelope envelope;
  envelope.word = argosy::word_of(word);
  envelope.epoch = epoch;
  envelope.connection = envelope.word == Hello::word ? ConnectionId{} : connection;
  envelope.reign = reign;
  envelope.to = to;
  return say_frames({encode_envelope(envelope), encode_body(word)});
}

bool Party::say_frames(std::vector<std::string> frames) {
  fabric::Frames out;
  for (std::string& each : frames) out.emplace_back(std::move(each));
  return socket->send(out) == fabric::Sent::sent;
}

void Party::receive() {
  socket->take_events(fabric::read_steady(), events);
  fabric::Frames frames;
  while (socket->receive(frames)) {
    if (frames.size() != 2) continue;  // the server's probes
    const auto envelope = decode_envelope(frames[0].view());
    CHECK(envelope.ok());
    auto word = decode_body(envelope->word, frames[1].view());
    CHECK(word.ok());
    if (const auto* welcome = std::get_if<Welcome>(&*word)) {
      epoch = envelope->epoch;
      connection = welcome->connection;
    }
    heard.push_back({*envelope, std::move(*word)});
  }
}

Loopback::Loopback() {
  std::string name = (std::filesystem::temp_directory_path() / "argosy-broker-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  folder_ = name;
  server_keys_ = fabric::KeyPair::generate();
  config.endpoint = "tcp://127.0.0.1:0";
  config.endpoint_certificate = folder_ / "endpoint.pem";
  config.endpoint_key = folder_ / "endpoint.key";
  config.roster = folder_ / "roster";
  config.directory = folder_ / "broker";

  const WallTime now = fabric::read_wall();
  const fabric::Validity validity{now + seconds(-60), now + seconds(3600)};
  const auto authority = fabric::Authority::create("test", validity);
  CHECK(authority.ok());
  const auto certificate =
      authority->issue({"broker", "endpoint", server_keys_.public_key, {"127.0.0.1"}, validity});
  CHECK(certificate.ok());
  std::ofstream(config.endpoint_certificate) << certificate->pem();
  CHECK(fabric::save_key_pair(config.endpoint_key, server_keys_).ok());
}

Loopback::~Loopback() {
  stop();
  for (const auto& party : parties) party->socket.reset();
  shell_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

fabric::KeyPair Loopback::enroll(Role role, const std::string& name) {
  fabric::KeyPair keys = fabric::KeyPair::generate();
  roster_ += std::string(to_string(role)) + " " + name + " " + keys.public_key.hex() + "\n";
  return keys;
}

void Loopback::write_roster() const {
  std::ofstream(config.roster) << roster_;
}

void Loopback::open() {
  write_roster();
  auto opened = Shell::open(config);
  CHECK(opened.ok());
  shell_ = std::move(*opened);
  endpoint_ = shell_->endpoint();
  thread_ = std::thread([this] { CHECK(shell_->run(stop_.fd(), [] { return Shell::Order::stop; }).ok()); });
}

void Loopback::stop() {
  if (!thread_.joinable()) return;
  stop_.notify();
  thread_.join();
}

void Loopback::close() {
  stop();
  shell_.reset();
}

Party& Loopback::connect(Role role, const std::string& name, const fabric::KeyPair& keys) {
  parties.push_back(std::make_unique<Party>(context_, endpoint_, server_keys_.public_key, keys, role, name));
  polls_.add(*parties.back()->socket);
  return *parties.back();
}

Party& Loopback::greet(Role role, const std::string& name, const fabric::KeyPair& keys, Hello hello) {
  Party& party = connect(role, name, keys);
  CHECK(until([&] { return party.socket->connected(); }));
  CHECK(party.say(hello));
  CHECK(until([&] { return party.last<Welcome>() != nullptr || party.last<Refused>() != nullptr; }));
  return party;
}

bool Loopback::until(const std::function<bool()>& condition) {
  const Time end = fabric::read_steady() + seconds(30);
  std::vector<fabric::Readiness> ready;
  while (true) {
    for (const auto& party : parties) party->receive();
    if (condition()) return true;
    if (fabric::read_steady() >= end) return false;
    polls_.wait(end, ready);
  }
}

Hello hello_of(std::uint64_t session, const std::string& machine) {
  Hello hello;
  hello.session = {session};
  hello.host = {"host-" + machine, machine, "boot"};
  return hello;
}

}  // namespace argosy::broker
