-- How much there is to learn from: conversations quiet since a given time, and what their agents said.
SELECT
  COUNT(*) AS conversation_count,
  COALESCE(SUM(message_count), 0) AS message_count,
  COALESCE(SUM(agent_message_count), 0) AS agent_message_count,
  COUNT(DISTINCT customer_id) AS customer_count
FROM `{project}.account_{account_id}.conversations`
WHERE last_message_at < @until AND agent_message_count > 0
