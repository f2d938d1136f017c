-- What suggestions were worth to one account, by the model that made them (NULL: none did). Counts can be added up over
-- models, rates cannot; a rate of nothing is NULL.
--   shown_rate             of the messages that agents sent, those before which something had been shown
--   acceptance_rate        of the sets shown, those of which something was inserted or copied
--   sent_unedited_rate     of the messages with something of ours in them, those with no key pressed on it afterwards
--   saved_keystroke_share  keys saved, net of edits, as the widget counted them, of the characters sent
WITH sets AS (
  SELECT model_version, set_id, LOGICAL_OR(kind = 'shown') AS is_shown,
    LOGICAL_OR(kind IN ('accepted', 'copied')) AS is_used
  FROM `{project}.account_{account_id}.suggestion_events_current`
  WHERE set_id IS NOT NULL
  GROUP BY model_version, set_id
),
sent AS (
  SELECT model_version, saved_keystroke_count, sent_character_count,
    set_id IS NOT NULL OR COALESCE(presented_completion_count, 0) > 0 AS is_shown,
    'AUTOSUGGEST' IN UNNEST(augmentation_types) OR 'PHRASE_AUTOCOMPLETE' IN UNNEST(augmentation_types)
      OR 'GLOBAL_INSERT' IN UNNEST(augmentation_types) AS is_helped,
    COALESCE(edit_count, 0) = 0 AS is_unedited
  FROM `{project}.account_{account_id}.suggestion_events_current`
  WHERE kind = 'sent'
),
counted AS (
  SELECT model_version, IF(is_shown, 1, 0) AS shown_set_count, IF(is_shown AND is_used, 1, 0) AS used_set_count,
    0 AS sent_message_count, 0 AS sent_after_shown_count, 0 AS helped_message_count, 0 AS unedited_message_count,
    0 AS saved_keystroke_count, 0 AS sent_character_count
  FROM sets
  UNION ALL
  SELECT model_version, 0, 0, 1, IF(is_shown, 1, 0), IF(is_helped, 1, 0), IF(is_helped AND is_unedited, 1, 0),
    COALESCE(saved_keystroke_count, 0), COALESCE(sent_character_count, 0)
  FROM sent
),
summed AS (
  SELECT model_version, SUM(shown_set_count) AS shown_set_count, SUM(used_set_count) AS used_set_count,
    SUM(sent_message_count) AS sent_message_count, SUM(sent_after_shown_count) AS sent_after_shown_count,
    SUM(helped_message_count) AS helped_message_count, SUM(unedited_message_count) AS unedited_message_count,
    SUM(saved_keystroke_count) AS saved_keystroke_count, SUM(sent_character_count) AS sent_character_count
  FROM counted
  GROUP BY model_version
)
SELECT *,
  SAFE_DIVIDE(sent_after_shown_count, sent_message_count) AS shown_rate,
  SAFE_DIVIDE(used_set_count, shown_set_count) AS acceptance_rate,
  SAFE_DIVIDE(unedited_message_count, helped_message_count) AS sent_unedited_rate,
  SAFE_DIVIDE(saved_keystroke_count, sent_character_count) AS saved_keystroke_share
FROM summed
