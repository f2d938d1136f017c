-- What agents said, by its normalised text: how often, by how many, to how many, and its commonest wording.
-- Only conversations that began before the test set count, so that it stays unseen, also those not in the sample.
WITH said AS (
  SELECT message.text_key, message.text, message.participant_id, message.conversation_id, message.occurred_at,
    conversation.customer_id
  FROM `{project}.account_{account_id}.messages_current` AS message
  JOIN `{project}.account_{account_id}.conversations` AS conversation
    ON conversation.conversation_id = message.conversation_id
  WHERE message.role = 'agent' AND message.visibility = 'public' AND message.text_key_version = @text_key_version
    AND message.text_key != '' AND conversation.first_message_at < @before AND conversation.last_message_at < @until
),
counted AS (
  SELECT text_key, COUNT(*) AS reply_count, COUNT(DISTINCT participant_id) AS agent_count,
    COUNT(DISTINCT COALESCE(customer_id, conversation_id)) AS customer_count,
    COUNT(DISTINCT conversation_id) AS conversation_count, MAX(occurred_at) AS last_used_at
  FROM said
  GROUP BY text_key
  HAVING COUNT(DISTINCT participant_id) >= @min_agents
    AND COUNT(DISTINCT COALESCE(customer_id, conversation_id)) >= @min_customers
),
wordings AS (
  SELECT text_key, text, COUNT(*) AS wording_count FROM said GROUP BY text_key, text
),
commonest AS (
  SELECT text_key, text, wording_count FROM wordings
  QUALIFY ROW_NUMBER() OVER (PARTITION BY text_key ORDER BY wording_count DESC, text) = 1
)
SELECT counted.text_key, commonest.text, counted.reply_count, counted.agent_count, counted.customer_count,
  counted.conversation_count, commonest.wording_count, counted.last_used_at
FROM counted
JOIN commonest ON commonest.text_key = counted.text_key
ORDER BY counted.reply_count DESC, counted.text_key
LIMIT @most
