"""Every name that we log, with a sentence. A test fails on a name that is not here."""

from __future__ import annotations

LOG_EVENTS: dict[str, str] = {
    "account_dropped": "Something came for an account that is suspended or deleted; it was acknowledged and dropped.",
    "dead_letter_recorded": "Something durable could not be processed and is kept with its reason.",
    "delivery_accepted": "A platform's delivery is durable; `event_count` events, `unknown_count` kinds passed over.",
    "delivery_kept_in_outbox": "Pub/Sub did not answer in time; the delivery waits in the account's outbox.",
    "delivery_refused": "A platform's delivery was not authentic or not valid; `reason` is the problem's name.",
    "event_id_reused": "An event id came again with another body; the first body stands.",
    "event_stored": "A conversation event is in Firestore and was published downstream; `is_new` says whether it was.",
    "feedback_accepted": "A batch of suggestion events is published.",
    "heartbeat_failed": "A run's lease could not be renewed this time; it holds until it runs out.",
    "model_load_failed": "A model version could not be used; the one before it goes on serving.",
    "model_loaded": "A model version is in memory and serves from now on.",
    "model_release_decided": "A trained model was released or stays a candidate; `reason` says why.",
    "model_unusable": "A trained model is not whole or its manifest cannot be judged; it is not released.",
    "outbox_entry_published": "What waited in an outbox was published and removed.",
    "outbox_relay_stopped": "The relay ended early because Pub/Sub does not answer; the rest waits.",
    "replies_mined": "A training run found `reply_count` replies said often enough; `new_count` were not known before.",
    "request_failed": "A request ended in an error that nobody foresaw.",
    "request_finished": "A request was answered.",
    "service_call_failed": "One unit could not call another; what it wanted happens later by other means.",
    "suggestions_served": "Suggestions were answered; `engine_ms` is the engine's share.",
    "token_issued": "An agent's token was issued.",
    "training_failed": "A training run ended in an error; the model in service stays.",
    "training_finished": "A training run ended; `state` and `reason` say how.",
    "training_lost_lease": "A training run stopped: another one has the account's lease, or it could not be renewed.",
    "training_progress": "A training run has come to `share` of `step`.",
    "training_requested": "A training run has the account's lease and waits for its execution.",
    "training_skipped": "An account was not trained now; `reason` says why.",
    "training_started": "A training run has its lease and its execution.",
}
