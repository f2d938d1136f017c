-- The conversations of one account, as far as its messages tell them.
SELECT
  conversation_id,
  MIN(platform) AS platform,
  MIN(occurred_at) AS first_message_at,
  MAX(occurred_at) AS last_message_at,
  COUNT(*) AS message_count,
  COUNTIF(role = 'agent' AND visibility = 'public') AS agent_message_count,
  COUNT(DISTINCT IF(role = 'agent', participant_id, NULL)) AS agent_count,
  MIN(IF(role = 'customer', participant_id, NULL)) AS customer_id,
  MAX(locale) AS locale
FROM `{project}.account_{account_id}.messages_current`
GROUP BY conversation_id
