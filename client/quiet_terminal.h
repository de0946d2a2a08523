// The controlling terminal with its echo off, for passphrases and other secrets.
//
// Thread rule: one thread, before others are started (signals are held back in it). Failure: there() is false.
#pragma once

#include <signal.h>
#include <termios.h>

#include <optional>
#include <string>

namespace argosy::client {

class QuietTerminal {
 public:
  QuietTerminal();
  ~QuietTerminal();
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;

  bool there() const { return changed_; }

  // One line, without its break. A signal such as that of Ctrl-C ends the program only after the echo is on again; nothing: the
  // program lives on with it.
  std::optional<std::string> ask(const std::string& question);

 private:
  void restore();
  bool readable();
  void say(const std::string& text);

  int fd_;
  int signals_ = -1;
  bool changed_ = false;
  termios before_{};
  sigset_t held_{}, mask_before_{};
};

}  // namespace argosy::client
