-- The latest version of each message of one account, without removed ones: what `earpiece.domain.conversations.fold`
-- shows, by the same order (a missing sequence before any other). A message keeps the place where it was added.
WITH told AS (
  SELECT * FROM `{project}.{raw}.messages`
  WHERE account_id = '{account_id}'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY written_at DESC) = 1
),
placed AS (
  SELECT *, ROW_NUMBER() OVER (
    PARTITION BY conversation_id, message_id ORDER BY occurred_at, COALESCE(sequence, -1), event_id) AS place
  FROM told
),
origin AS (
  SELECT conversation_id, message_id, event_id, occurred_at, sequence, role, participant_id, visibility FROM placed
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY conversation_id, message_id ORDER BY IF(kind = 'message_added', 0, 1), place) = 1
),
content AS (
  SELECT conversation_id, message_id, platform, received_at, content_type, locale, text, text_key, text_key_version
  FROM placed
  WHERE kind != 'message_removed'
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY conversation_id, message_id
    ORDER BY IF(kind = 'message_edited', 0, 1), IF(kind = 'message_edited', -place, place)) = 1
),
removed AS (
  SELECT DISTINCT conversation_id, message_id FROM told WHERE kind = 'message_removed'
)
SELECT content.*, origin.event_id, origin.occurred_at, origin.sequence, origin.role, origin.participant_id,
  origin.visibility
FROM content
JOIN origin ON origin.conversation_id = content.conversation_id AND origin.message_id = content.message_id
LEFT JOIN removed ON removed.conversation_id = content.conversation_id AND removed.message_id = content.message_id
WHERE removed.message_id IS NULL
