#include "client/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <optional>

namespace argosy::client {
namespace {

// The controlling terminal with its echo off, as long as this lives.
class QuietTerminal {
 public:
  QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  ~QuietTerminal() {
    if (changed_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) ::close(fd_);
  }
  QuietTerminal(const QuietTerminal&) = delete;

  bool there() const { return changed_; }

  std::string ask(const std::string& question) {
    say(question + ": ");
    std::string line;
    for (char c = 0; ::read(fd_, &c, 1) == 1 && c != '\n';) line.push_back(c);
    say("\n");
    return line;
  }

 private:
  void say(const std::string& text) {
    if (::write(fd_, text.data(), text.size()) < 0) std::cerr << text;
  }

  int fd_;
  bool changed_ = false;
  termios before_{};
};

Outcome<std::string> checked(std::string passphrase, Passphrase purpose) {
  if (!passphrase.empty() && passphrase.back() == '\r') passphrase.pop_back();
  if (passphrase.empty()) return usage("no passphrase was given: name a file with --passphrase-file, or type it");
  if (purpose == Passphrase::for_sealing && passphrase.size() < kPassphraseLeast) {
    return usage("the passphrase must have at least " + std::to_string(kPassphraseLeast) + " characters: the bundle holds private keys");
  }
  return passphrase;
}

Outcome<std::string> ask_terminal(QuietTerminal& terminal, Passphrase purpose) {
  auto first = checked(terminal.ask("Passphrase of the bundle"), purpose);
  if (!first || purpose == Passphrase::for_opening) return first;
  if (terminal.ask("The same again") != *first) return usage("the two passphrases differ");
  return first;
}

}  // namespace

Outcome<std::string> read_passphrase(const std::string& file, Passphrase purpose) {
  std::string line;
  if (!file.empty() && file != "-") {
    std::ifstream in(file);
    if (!std::getline(in, line)) return usage(file + ": has no first line that could be a passphrase");
    return checked(line, purpose);
  }
  if (file.empty()) {
    QuietTerminal terminal;
    if (terminal.there()) return ask_terminal(terminal, purpose);
  }
  std::getline(std::cin, line);
  return checked(line, purpose);
}

}  // namespace argosy::client
