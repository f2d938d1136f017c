"""Check digits: numbers from the authorities' own examples, and every single slip of a finger."""

from __future__ import annotations

import pytest

from earpiece.privacy.check_digits import (
    is_ahv,
    is_bsn,
    is_iban,
    is_luhn,
    is_pps,
    is_rijksregisternummer,
    is_rvnr,
    is_ssn,
    is_steuer_id,
    is_svnr,
)

VALID = [
    (is_luhn, "4539148803436467"),
    (is_iban, "NL91ABNA0417164300"),
    (is_iban, "BE68539007547034"),
    (is_bsn, "111222333"),
    (is_steuer_id, "86095742719"),
    (is_rijksregisternummer, "85073003328"),
    (is_ahv, "7569217076985"),
    (is_svnr, "1237010180"),
    (is_pps, "1234567t"),
    (is_pps, "1234567fa"),
    (is_rvnr, "15070649c103"),
]


@pytest.mark.parametrize(("is_valid", "value"), VALID)
def test_a_valid_number_passes(is_valid, value):
    assert is_valid(value)


@pytest.mark.parametrize(("is_valid", "value"), VALID)
def test_one_wrong_digit_is_noticed(is_valid, value):
    place = len(value) - 3
    slips = [value[:place] + digit + value[place + 1 :] for digit in "0123456789" if digit != value[place]]

    assert not any(is_valid(slip) for slip in slips)


@pytest.mark.parametrize("value", ["000121234", "666121234", "900121234", "219009999", "219090000", "21909999"])
def test_a_social_security_number_that_was_never_given_out_fails(value):
    assert not is_ssn(value)


def test_a_belgian_number_of_this_century_passes_with_its_own_rule():
    assert is_rijksregisternummer("000101001" + f"{97 - int('2000101001') % 97:02d}")
