// What became of a message that was to be sent.
#pragma once

namespace argosy::fabric {

enum class Sent {
  sent,          // handed to libzmq; whether it arrives, only an answer can tell
  unknown_peer,  // gone, or never seen (servers only)
  full,          // its queue is full; on a client also: there is no connection
};

}  // namespace argosy::fabric
