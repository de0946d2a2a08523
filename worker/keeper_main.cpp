// argosy-keeper: the keeper as a program of its own, linked statically, so that it stays near one megabyte.
#include "worker/keeper.h"

int main(int argc, char** argv) {
  return argosy::keeper::keeper_main(argc, argv);
}
