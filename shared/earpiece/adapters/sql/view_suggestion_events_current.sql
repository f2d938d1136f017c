-- What the agents of one account did with suggestions, each thing once: a widget sends again what it heard no answer to.
SELECT * FROM `{project}.{raw}.suggestion_events`
WHERE account_id = '{account_id}'
QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY received_at) = 1
