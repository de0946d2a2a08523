#include "base/short_turns.h"

#include <linux/sched.h>
#include <linux/sched/types.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace argosy {

void ask_for_short_turns(Heirs heirs) {
  sched_attr wish{};
  wish.size = sizeof wish;
  wish.sched_policy = SCHED_NORMAL;
  wish.sched_flags = heirs == Heirs::do_not ? SCHED_FLAG_RESET_ON_FORK : 0;
  wish.sched_nice = getpriority(PRIO_PROCESS, 0);
  wish.sched_runtime = 100'000;  // ns, the least that the kernel takes
  (void)syscall(SYS_sched_setattr, 0, &wish, 0);
}

}  // namespace argosy
