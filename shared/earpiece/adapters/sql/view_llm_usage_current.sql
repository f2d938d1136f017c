-- Each call of one account to a language model, once: a row may be there twice, the two always alike.
SELECT * FROM `{project}.{raw}.llm_usage`
WHERE account_id = '{account_id}'
QUALIFY ROW_NUMBER() OVER (PARTITION BY usage_id ORDER BY received_at) = 1
