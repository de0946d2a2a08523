// A submitter: repeats each request, with the same key, until it is answered, and watches what it asked to watch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/place.h"
#include "tests/sim/stage.h"
#include "tests/sim/workload.h"

namespace argosy::sim {

class ClientProcess : public Party {
 public:
  ClientProcess(Stage& stage, const Workload& workload, std::string name, std::uint32_t number);

  void start();        // places its orders in the agenda
  void start_again();  // knows its orders alone, and repeats them
  void repeat_all();   // what was accepted, with the same keys

  void link_up() override;
  void link_down() override;
  void frames_came(const Frames& frames) override;
  std::string place() const override { return place_.here(); }

  // Executions it was told of, that have not ended as far as it knows.
  std::vector<ExecutionId> open() const;
  std::string pending() const;

 private:
  struct Request {              // a Submit or a cancel on its way
    Word word;
    bool answered = false;
    std::uint32_t again = 0;
    ShardId shard;              // whose holder is asked
  };
  struct Watched {
    ShardId shard;
    bool ended = false;
  };

  void place(const Order& order);
  void say_all();
  void say_word(Word word, ShardId shard = {});
  void hello();
  void beat();
  void on_accepted(const Accepted& word);
  void on_refused(const Refused& word);
  void ask_all_masters();

  Stage& stage_;
  const Workload& workload_;
  std::uint32_t number_;
  Place place_{stage_, *this};
  SessionId session_;
  bool linked_ = false;
  ConnectionId connection_;
  Epoch epoch_;
  Duration heartbeat_ = seconds(1);
  Duration silence_ = seconds(4);
  Time heard_at_;
  std::uint64_t last_request_ = 0;
  std::map<std::string, Request> requests_;           // by key or request id
  std::map<std::string, Order> orders_;               // by key
  std::map<std::string, ExecutionId> accepted_;       // by key
  std::map<ExecutionId, Watched> watched_;
};

}  // namespace argosy::sim
