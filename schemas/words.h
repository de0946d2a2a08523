// Every word of the protocol, and the one type that holds any of them. Numbers are never used again.
#pragma once

#include <variant>

#include "schemas/envelope.h"
#include "schemas/words/offers.h"
#include "schemas/words/requests.h"
#include "schemas/words/session.h"
#include "schemas/words/work.h"

namespace argosy {

using Word = std::variant<Hello, Welcome, Bye, Ping, Pong, Refused, Holders, Holding, Roster, Presence, BrokerReport, Beat,
                          Switchover, Endpoint, Publish, Withdraw, Credit, Claim, Declined, Run, Started, Log, Finished, Recorded, LogCredit, Return, Stop,
                          Drop, Renew, Granted, Inventory, Reconciled, Fetch, Chunk, Submit, Accepted, Watch, Changed, Ask,
                          Answer, Put, Stored, Deploy>;

struct Message {
  Envelope envelope;
  Word word;
};

}  // namespace argosy
