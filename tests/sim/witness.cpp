#include "tests/sim/witness.h"

namespace argosy::sim {

Witnesses::Witnesses(catalog::Catalog& truth, const Bounds& bounds) {
  all_.push_back(witness_p1(truth, reports_));
  all_.push_back(witness_p2(truth, reports_));
  all_.push_back(witness_p3(truth, reports_));
  all_.push_back(witness_p4(truth, reports_));
  all_.push_back(witness_p5(truth, reports_));
  all_.push_back(witness_p6(truth, reports_));
  all_.push_back(witness_p9(truth, reports_, bounds));
  all_.push_back(witness_p10(truth, reports_));
  all_.push_back(witness_content(truth, reports_));
}

}  // namespace argosy::sim
