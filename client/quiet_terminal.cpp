#include "client/quiet_terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <iostream>

namespace argosy::client {

QuietTerminal::QuietTerminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
  if (fd_ < 0 || ::tcgetattr(fd_, &before_) != 0) return;
  sigemptyset(&held_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&held_, signal);
  ::pthread_sigmask(SIG_BLOCK, &held_, &mask_before_);
  signals_ = ::signalfd(-1, &held_, SFD_CLOEXEC);
  termios quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  changed_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  if (!changed_) restore();
}

QuietTerminal::~QuietTerminal() {
  if (changed_) restore();
  if (signals_ >= 0) ::close(signals_);
  if (fd_ >= 0) ::close(fd_);
}

void QuietTerminal::restore() {
  ::tcsetattr(fd_, TCSAFLUSH, &before_);
  changed_ = false;
  ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);  // one that was held back comes now
}

// False: a signal came first.
bool QuietTerminal::readable() {
  pollfd either[] = {{fd_, POLLIN, 0}, {signals_, POLLIN, 0}};
  while (::poll(either, 2, -1) < 0) {
  }
  return (either[1].revents & POLLIN) == 0;
}

std::optional<std::string> QuietTerminal::ask(const std::string& question) {
  say(question + ": ");
  std::string line;
  for (char c = 0; c != '\n';) {
    if (!readable()) {
      restore();
      say("\n");
      return std::nullopt;
    }
    if (::read(fd_, &c, 1) != 1) break;
    if (c != '\n') line.push_back(c);
  }
  say("\n");
  return line;
}

void QuietTerminal::say(const std::string& text) {
  if (::write(fd_, text.data(), text.size()) < 0) std::cerr << text;
}

}  // namespace argosy::client
