// drill_task LEDGER LOCKS RUN_MS CPU_MS LINES [child]: what a drill's task does; it tells the ledger outside of Argosy.
//
// Lines of the ledger, each one write: KIND execution task item attempt pid microseconds (CLOCK_BOOTTIME, which all processes
// of the host share). S: started. E: its work is done. O: another attempt of the same item still lives, known by a lock that
// every process of an attempt holds. Its output is LINES numbered lines over RUN_MS, so that a gap shows. With `child` a
// second process in a session of its own holds the lock too: it must die with the attempt.
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using Microseconds = long long;

Microseconds read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return Microseconds{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
}

Microseconds now() { return read_clock(CLOCK_BOOTTIME); }

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? "-" : value;
}

struct Attempt {
  std::string item = variable("ARGOSY_EXECUTION") + " " + variable("ARGOSY_TASK") + " " + variable("ARGOSY_ITEM");
  std::string number = variable("ARGOSY_ATTEMPT");
};

void must(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(70);
}

void write_all(int fd, const std::string& text, const char* what) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t got = ::write(fd, text.data() + done, text.size() - done);
    must(got > 0, what);
    done += static_cast<std::size_t>(got);
  }
}

void tell(int ledger, char kind, const Attempt& attempt) {
  const std::string line = std::string(1, kind) + " " + attempt.item + " " + attempt.number + " " + std::to_string(::getpid()) + " " +
                           std::to_string(now()) + "\n";
  must(::write(ledger, line.data(), line.size()) == static_cast<ssize_t>(line.size()), "ledger");
}

// Locks belong to the open file: children inherit it, and it is free when the last of them is gone.
void hold(const std::string& folder, int ledger, const Attempt& attempt) {
  std::string name = attempt.item;
  for (char& c : name) c = c == ' ' ? '-' : c;
  const int lock = ::open((folder + "/" + name).c_str(), O_RDWR | O_CREAT, 0666);
  must(lock >= 0, "lock");
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) tell(ledger, 'O', attempt);
}

// Lives as long as its parent lives and not a moment longer of its own will: the pipe ends when the parent does.
void leave_child() {
  int pipe[2];
  must(::pipe2(pipe, O_CLOEXEC) == 0, "pipe");
  const pid_t child = ::fork();
  must(child >= 0, "fork");
  if (child > 0) {
    ::close(pipe[0]);
    return;
  }
  ::setsid();
  ::close(pipe[1]);
  ::close(1);
  ::close(2);
  char byte;
  while (::read(pipe[0], &byte, 1) > 0) {
  }
  ::_exit(0);
}

// Lines in even steps over the time that it runs; what no line is due in is waited for.
void speak(Microseconds run, long lines, const Attempt& attempt) {
  const Microseconds begin = now();
  std::string text;
  for (long line = 0; line < lines || now() < begin + run;) {
    const Microseconds passed = now() - begin;
    const long due = passed >= run ? lines : static_cast<long>(lines * passed / run);
    for (; line < due && text.size() < 65536; ++line) {
      text += "line " + std::to_string(line + 1) + " of " + attempt.item + " attempt " + attempt.number + " process " +
              std::to_string(::getpid()) + "\n";
    }
    write_all(1, text, "output");
    if (text.empty()) ::poll(nullptr, 0, 5);
    text.clear();
  }
}

void burn(Microseconds cpu) {
  const Microseconds end = read_clock(CLOCK_PROCESS_CPUTIME_ID) + cpu;
  while (read_clock(CLOCK_PROCESS_CPUTIME_ID) < end) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fputs("usage: drill_task LEDGER LOCKS RUN_MS CPU_MS LINES [child]\n", stderr);
    return 2;
  }
  const Attempt attempt;
  const int ledger = ::open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  must(ledger >= 0, "ledger");
  hold(argv[2], ledger, attempt);
  tell(ledger, 'S', attempt);
  if (argc > 6) leave_child();
  burn(std::atoll(argv[4]) * 1000);
  speak(std::atoll(argv[3]) * 1000, std::atol(argv[5]), attempt);
  tell(ledger, 'E', attempt);
  return 0;
}
