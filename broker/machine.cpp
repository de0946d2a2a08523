#include "broker/machine.h"
