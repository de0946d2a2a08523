// The worker as a process: its machine, and the shell's part (spool, cache, keeper) on a WorkerHost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "tests/sim/place.h"
#include "tests/sim/stage.h"
#include "tests/sim/worker_host.h"
#include "worker/machine.h"

namespace argosy::sim {

class WorkerProcess : public Party {
 public:
  // `twin`: on a host of its own, with a key that another has, too.
  WorkerProcess(Stage& stage, const Workload& workload, std::string name, HostClock clock, bool twin = false);

  // A new session: sweeps, then dials.
  void start();
  void kill();             // its keeper notices
  void stop();             // in good order
  bool works() const;      // it has greeted a broker
  void kill_with_keeper();
  void kill_keeper();
  void reboot();           // kills everything on the host
  void lose_spool();       // only while it is down

  void link_up() override;
  void link_down() override;
  void frames_came(const Frames& frames) override;
  std::string place() const override { return place_.here(); }

  // Calls `act` once, after the word is said the next time.
  void after_next(std::uint16_t word, std::function<void()> act) { hooks_[word] = std::move(act); }

  // Some task of it would run for that long, if nobody ended it.
  bool runs_for(Duration long_time) const { return host_.runs_for(long_time); }

  const worker::Machine* machine() const { return machine_.get(); }
  // In words, what is still to be brought home; empty: nothing.
  std::string pending() const;

 private:
  void begin_session();
  std::string host_name() const { return twin_ ? name() + "-twin" : name(); }
  WorkerHost::Listener listener();
  void keeper_died();
  // From the keeper, in order, and when the worker is not paused.
  void from_keeper(std::function<void()> act);
  void keep_output(const Deed& deed, std::uint32_t bytes);
  void begin_anew(std::uint64_t incarnation);

  void step(const worker::Event& event);
  void honour(worker::Effects& effects);
  void say_word(const worker::Say& debt);
  bool leaves_something(Word& word);
  void send_log(const worker::SendLog& debt);
  void take_for_another(Chunk& chunk) const;
  void want_content(const std::string& digest);
  void store_content(const worker::StoreContent& piece);
  void start_task(const worker::StartTask& debt);
  void forget(AttemptRef attempt);
  void forget_log(const worker::ForgetLogs& debt);
  void wake_later();
  std::uint64_t spool_size() const;

  Stage& stage_;
  bool twin_;
  WorkerHost host_;
  Place place_{stage_, *this};
  std::unique_ptr<worker::Machine> machine_;
  SessionId session_;
  std::uint64_t wake_serial_ = 0;
  std::map<std::uint16_t, std::function<void()>> hooks_;
  std::uint64_t in_pipes_ = 0;   // written by tasks, not yet read
  std::map<std::string, std::string> cache_;  // content by digest; gone with the spool
  std::map<std::string, std::string> parts_;  // of content that is being fetched, of this session
  std::set<AttemptRef> said_;                 // of these the end was said
};

}  // namespace argosy::sim
