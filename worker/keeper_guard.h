// The guard: the keeper's parent, which does nothing but let it run on when somebody stops it.
//
// A worker and a keeper that are both stopped (SIGSTOP) would leave their tasks running past the lease, beside the
// attempts that follow: nobody else on this host knows the deadlines. The kernel tells a parent, and only it, of a
// stopped child. So the keeper is the child of a process that waits for this alone, and sends SIGCONT at once.
//
// Guard and keeper live and die together: the keeper is killed with its guard (its tasks with it, as when it is killed
// itself), and the guard ends as its keeper ended, so that who waits for it learns how.
#pragma once

namespace argosy::keeper {

// Splits this process, which must have one thread: the caller goes on in the child; the parent never returns from here.
// Call before anything is set that a fork does not inherit. Failure (no process could be made): this one goes on, unguarded.
void become_guarded();

}  // namespace argosy::keeper
