// The shard's side of the catalog: gathering rows, sending one batch at a time, and what follows from its outcome.
#pragma once

#include "master/step.h"

namespace argosy::master {

// The batch that takes rows now. Ask for it once for each act, before the act changes any state.
Gathered& open_batch(Step& step, Shard& shard);
// From here on a new batch: what is in the open one is written before what comes.
void close_batch(Shard& shard);
// The task's (execution's) row goes into the open batch. Required: open_batch was called in this act.
void row_due(Shard& shard, TaskState& task);
void row_due(Shard& shard, Execution& execution);

// Sends the next batch if none is in flight. At the end of each step.
void send_batch(Step& step, Shard& shard);
void on_settled(Step& step, const Settled& event);
// The batches in flight have no answer: said to people, and a reason to refuse submits that wait too long behind them.
void on_catalog_waits(Step& step, const CatalogWaits& event);
// Time-driven: retries, idle confirmation, patience of waiting submits.
void tick_batches(Step& step, Shard& shard);
std::optional<Time> batches_deadline(const State& state, const Shard& shard);

// What these take in a batch, about.
std::size_t bytes_of(const std::map<std::string, std::string>& texts);

// A Submit to be committed.
void admit_to(Step& step, Shard& shard, Admission admission, Accepting who);

// Submits that wait for their commit are told to try again.
void refuse_waiting(Step& step, const Shard& shard);
// The shard is another's: forget all of it.
void lose_shard(Step& step, ShardId shard, const std::string& why);

// What may be said now that the batch is committed (then.cpp).
void follow(Step& step, Shard& shard, Gathered& done, const BatchOutcome& outcome);
// The row named as culprit is taken out, its owner is told (culprit.cpp).
void remove_culprit(Step& step, Shard& shard, Gathered& batch, const BatchOutcome& outcome);
void no_longer_waits(Ledger& ledger, const Admission& admission, const Accepting& who);
void refuse_accepting(Step& step, const Accepting& who, const std::string& key, Refusal reason, const std::string& text);

}  // namespace argosy::master
