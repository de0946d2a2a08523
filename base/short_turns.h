// Who works for microseconds at a time and waits for most of it asks the scheduler to be let in at once when it wakes.
//
// Since Linux 6.12 sched_setattr(2) takes a turn's length for ordinary tasks; EEVDF lets who has shorter turns go before who has
// longer ones, without giving it more of the processor. Without it a task that was just started runs for milliseconds before the
// process that must hear of it, while another processor may be idle. Earlier kernels ignore the wish.
#pragma once

namespace argosy {

enum class Heirs { get_it, do_not };  // threads and processes that this one starts from now on

// For the calling thread. Call it before other threads start.
void ask_for_short_turns(Heirs heirs);

}  // namespace argosy
