// What the desk asks of the machine.
#pragma once

#include "master/step.h"

namespace argosy::master {

void on_order(Step& step, DeskOrder&& order);
void on_admit(Step& step, Admit&& event);

}  // namespace argosy::master
