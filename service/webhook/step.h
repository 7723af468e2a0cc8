// What a webhook has to do next, told from the tables and the journal alone,
// so that a restart changes nothing.
//
//     ASSIGN_OR_RETURN(Step step, FindStep(store, number, looked, now));
//     switch (step.kind) { ... }
//
//     no webhook any more ────────────────► kGone
//     paused or disabled ─────────────────► kNothing
//     a delivery at hand, its time to come ► kWait
//     a delivery at hand ─────────────────► kPost, or kSetAside when the
//                                           journal no longer holds it
//     matches that the journal has lost ──► kNoteLost
//     matches, or a delivery to post
//     once more ──────────────────────────► kTakeUp
//     else ───────────────────────────────► kNothing

#ifndef PAPERWIRE_SERVICE_WEBHOOK_STEP_H_
#define PAPERWIRE_SERVICE_WEBHOOK_STEP_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "paperwire/v1/subscription.pb.h"
#include "service/journal/database.h"
#include "service/standing/follower.h"
#include "service/store/store.h"
#include "service/webhook/tables.h"

namespace paperwire::webhook {

struct Step {
  enum Kind {
    kGone,      // there is no webhook (any more)
    kNothing,   // until something changes, or there is news
    kWait,      // until `time`
    kTakeUp,    // `delivery`
    kNoteLost,  // `delivery`
    kSetAside,  // `delivery`, which is at hand: it cannot be posted any more
    kPost,      // `delivery`, which is at hand
  };
  Kind kind = kNothing;
  // kWait.
  absl::Time time;
  // Nothing is news after the place of the webhook and up to here.
  int64_t looked = 0;
  // Unless kGone.
  WebhookRow webhook;
  v1::Subscription subscription;
  DeliveryRow delivery;
  // kPost: what it has.
  std::vector<standing::Delivery> matches;
};

// `looked` is that of the step before, or 0. Reads, and writes nothing: some
// 50 microseconds, and 10 for each match that is not in memory.
absl::StatusOr<Step> FindStep(store::Store& store, int64_t number,
                              int64_t looked, absl::Time now);

// The matches of a delivery. NOT_FOUND, saying why: not all are there any
// more.
absl::StatusOr<std::vector<standing::Delivery>> ReadMatchesOf(
    store::Store& store, journal::Database& db, const DeliveryRow& delivery);

}  // namespace paperwire::webhook

#endif  // PAPERWIRE_SERVICE_WEBHOOK_STEP_H_
