// System calls of this test program that a test can hold up. For tests only.
#pragma once

#include <condition_variable>
#include <mutex>

namespace argosy::broker {

// Every call passes; while one is held, whoever calls waits.
class HeldCall {
 public:
  void pass();

  class Hold {
   public:
    explicit Hold(HeldCall& call);
    ~Hold() { release(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    void release();

   private:
    HeldCall& call_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

HeldCall& disk();          // fsync()
HeldCall& name_server();  // getaddrinfo() of a name

}  // namespace argosy::broker
