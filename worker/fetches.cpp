// Machine, the part about packages' content: from the cache or, piece by piece, from a master. protocol.md, "Content".
#include "worker/machine.h"

namespace argosy::worker {

std::vector<AttemptRef> Machine::waiting_for(const std::string& digest) const {
  std::vector<AttemptRef> waiting;
  for (const auto& [ref, attempt] : state_.attempts) {
    if (std::holds_alternative<Fetching>(attempt.phase) && attempt.spec->content == digest) waiting.push_back(ref);
  }
  return waiting;
}

void Machine::ask_piece(const std::string& digest, Fetch& fetch) {
  fetch.said_at = now_.steady;
  say_to_master(fetch.shard, argosy::Fetch{digest, fetch.asked, 256u << 10});
}

// A holder that could not read the catalog answers nothing. What nobody waits for any more is not asked for.
void Machine::ask_pieces_again() {
  if (!std::holds_alternative<Welcomed>(state_.link)) return;
  const auto is_due = [&](const Fetch& fetch) { return fetch.awaits && now_.steady >= fetch.said_at + limits_.fetch_again; };
  std::erase_if(state_.fetches, [&](const auto& each) { return is_due(each.second) && waiting_for(each.first).empty(); });
  for (auto& [digest, fetch] : state_.fetches) {
    if (is_due(fetch)) ask_piece(digest, fetch);
  }
}

void Machine::on_chunk(const Chunk& word) {
  const auto it = state_.fetches.find(word.digest);
  if (it == state_.fetches.end() || !it->second.awaits || word.offset != it->second.asked) return;
  Fetch& fetch = it->second;
  if (word.total == 0 || word.data.empty()) {
    return on_content_failed(word.digest, "the catalog does not have the package's content " + word.digest);
  }
  out_->store_content.push_back({word.digest, word.offset, word.total, word.data});
  fetch.asked = word.offset + word.data.size();
  fetch.awaits = fetch.asked < word.total;
  if (fetch.awaits) ask_piece(word.digest, fetch);
}

void Machine::on_content_missing(const std::string& digest) {
  const auto it = state_.fetches.find(digest);
  if (it == state_.fetches.end()) return;
  it->second.awaits = true;
  ask_piece(digest, it->second);
}

void Machine::on_content_ready(const std::string& digest) {
  if (state_.fetches.erase(digest) == 0) return;
  for (const auto& ref : waiting_for(digest)) start(ref, state_.attempts.at(ref), std::nullopt);
}

void Machine::on_content_failed(const std::string& digest, const std::string& why) {
  if (state_.fetches.erase(digest) == 0) return;
  for (const auto& ref : waiting_for(digest)) {
    AttemptEnd end{.attempt = ref, .reason = EndReason::content_missing, .ended_at = now_.wall, .detail = why};
    become_ended(ref, state_.attempts.at(ref), std::move(end));
  }
}

}  // namespace argosy::worker
