-- The sample to train on, and the newest of it to test on: half of it the newest, the rest drawn by fingerprint.
WITH quiet AS (
  SELECT conversation_id, customer_id, first_message_at,
    ROW_NUMBER() OVER (ORDER BY first_message_at DESC, conversation_id) AS newest_rank
  FROM `{project}.account_{account_id}.conversations`
  WHERE last_message_at < @until AND agent_message_count > 0
),
ranked AS (
  SELECT conversation_id, customer_id, first_message_at, newest_rank,
    ROW_NUMBER() OVER (
      PARTITION BY newest_rank <= @newest ORDER BY FARM_FINGERPRINT(conversation_id), conversation_id) AS drawn_rank
  FROM quiet
),
chosen AS (
  SELECT conversation_id, customer_id, first_message_at,
    ROW_NUMBER() OVER (ORDER BY first_message_at DESC, conversation_id) AS place,
    COUNT(*) OVER () AS chosen_count
  FROM ranked
  WHERE newest_rank <= @newest OR drawn_rank <= @drawn
)
SELECT
  chosen.conversation_id,
  chosen.customer_id,
  chosen.first_message_at,
  chosen.place <= CAST(chosen.chosen_count * @test_share AS INT64) AS is_test,
  message.role,
  message.participant_id,
  message.text,
  message.occurred_at
FROM chosen
JOIN `{project}.account_{account_id}.messages_current` AS message
  ON message.conversation_id = chosen.conversation_id
WHERE message.visibility = 'public' AND message.role IN ('customer', 'agent') AND TRIM(message.text) != ''
ORDER BY chosen.first_message_at, chosen.conversation_id, message.occurred_at, COALESCE(message.sequence, -1),
  message.event_id
