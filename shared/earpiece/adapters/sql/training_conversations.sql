-- The sample to train on, and the newest of it to test on. The same rule for files is in earpiece/engine/sampling.py:
-- 1. Conversations in which no agent spoke are left out.
-- 2. Newest first, by the time of the first message and then by the SHA-256 of the id, conversations are kept until
--    half of `most` conversations or half of `most_messages` (of agents) is reached.
-- 3. Then, of those older, in the order of the SHA-256 of the id, until the whole of either is reached.
-- 4. Of those kept, the newest `test_share`, rounded down, are for testing.
WITH quiet AS (
  SELECT conversation_id, customer_id, first_message_at, agent_message_count,
    TO_HEX(SHA256(conversation_id)) AS fingerprint
  FROM `{project}.account_{account_id}.conversations`
  WHERE last_message_at < @until AND agent_message_count > 0
),
aged AS (
  SELECT *,
    ROW_NUMBER() OVER (ORDER BY first_message_at DESC, fingerprint DESC) AS newest_rank,
    SUM(agent_message_count) OVER (
      ORDER BY first_message_at DESC, fingerprint DESC ROWS UNBOUNDED PRECEDING) - agent_message_count AS newer_messages
  FROM quiet
),
halved AS (
  SELECT *, newest_rank <= @newest AND newer_messages < @newest_messages AS is_newest FROM aged
),
ranked AS (
  SELECT *,
    ROW_NUMBER() OVER (ORDER BY IF(is_newest, 0, 1), fingerprint) AS kept_rank,
    SUM(agent_message_count) OVER (
      ORDER BY IF(is_newest, 0, 1), fingerprint ROWS UNBOUNDED PRECEDING) - agent_message_count AS kept_messages
  FROM halved
),
chosen AS (
  SELECT conversation_id, customer_id, first_message_at, fingerprint,
    ROW_NUMBER() OVER (ORDER BY first_message_at DESC, fingerprint DESC) AS place,
    COUNT(*) OVER () AS chosen_count
  FROM ranked
  WHERE is_newest OR (kept_rank <= @most AND kept_messages < @most_messages)
)
SELECT
  chosen.conversation_id,
  chosen.customer_id,
  chosen.first_message_at,
  chosen.place <= CAST(FLOOR(chosen.chosen_count * @test_share) AS INT64) AS is_test,
  message.role,
  message.participant_id,
  message.text,
  message.occurred_at
FROM chosen
JOIN `{project}.account_{account_id}.messages_current` AS message
  ON message.conversation_id = chosen.conversation_id
WHERE message.visibility = 'public' AND message.role IN ('customer', 'agent') AND TRIM(message.text) != ''
ORDER BY chosen.first_message_at, chosen.fingerprint, message.occurred_at, COALESCE(message.sequence, -1),
  message.event_id
