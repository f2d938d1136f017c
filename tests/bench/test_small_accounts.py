"""The engine in an account's first weeks. `pytest tests/bench/test_small_accounts.py -s`

For conversations of your own: `.venv/bin/python tests/bench/small_accounts.py --train FILE --new FILE`.
"""

from __future__ import annotations

from results import tell  # isort: skip
from small_accounts import compare, sample_account  # isort: skip


def test_the_engine_is_no_worse_than_the_accounts_own_replies():
    rows = [row for name in ("lumen", "fietsplein") for row in compare(sample_account(name), (0, 10, 30, 100))]
    tell("small_accounts", rows)
    for own, engine in zip(rows[::2], rows[1::2], strict=True):
        for measure in ("recall_at_3", "recall_at_3_typed", "saved_keystrokes"):
            assert engine[measure] >= own[measure], (measure, own, engine)
        assert engine["false_offers"] <= own["false_offers"], (own, engine)
