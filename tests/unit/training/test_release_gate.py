"""The gate: a candidate is released only when it is no worse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earpiece.domain.errors import ModelUnusable
from model_release.gate import METRICS, Evaluation, judge, read_evaluation

TOLERANCE = 0.01
SAME = {"recall_at_3": 0.5, "coverage": 0.9, "saved_keystrokes": 0.3}


def an_evaluation(metrics=SAME, baseline=SAME, baseline_version="v1", reply_ids=frozenset(), **intervals):
    return Evaluation(metrics, baseline_version, baseline, frozenset(reply_ids), **intervals)


def test_the_first_model_is_promoted():
    verdict = judge(an_evaluation(baseline=None, baseline_version=None), [], TOLERANCE)

    assert verdict.is_promoted
    assert verdict.reason == "no model was in service"


def test_an_equal_model_is_promoted():
    assert judge(an_evaluation(), [], TOLERANCE).is_promoted


@pytest.mark.parametrize("name", METRICS)
def test_a_fall_beyond_the_tolerance_in_one_metric_keeps_a_candidate_and_the_reason_has_both_numbers(name):
    verdict = judge(an_evaluation({**SAME, name: SAME[name] - 0.011}), [], TOLERANCE)

    assert not verdict.is_promoted
    assert f"{METRICS[name]} {SAME[name] - 0.011:.4f} against {SAME[name]:.4f}" in verdict.reason
    assert "v1" in verdict.reason


@pytest.mark.parametrize("name", METRICS)
def test_a_fall_within_the_tolerance_is_promoted(name):
    assert judge(an_evaluation({**SAME, name: SAME[name] - 0.009}), [], TOLERANCE).is_promoted


def test_a_blocked_reply_keeps_even_the_first_model_a_candidate():
    evaluation = an_evaluation(baseline=None, baseline_version=None, reply_ids={"r1", "r2"})

    verdict = judge(evaluation, ["r2", "r9"], TOLERANCE)

    assert not verdict.is_promoted
    assert "1 blocked" in verdict.reason


def test_a_model_in_service_that_could_not_be_measured_is_replaced():
    assert judge(an_evaluation(baseline=None), [], TOLERANCE).is_promoted


shares = st.fixed_dictionaries({name: st.floats(0, 1) for name in METRICS})


@given(metrics=shares, baseline=shares)
def test_what_is_promoted_is_never_worse_than_the_tolerance(metrics, baseline):
    verdict = judge(an_evaluation(metrics, baseline), [], TOLERANCE)

    assert verdict.is_promoted == all(metrics[name] >= baseline[name] - TOLERANCE for name in METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_a_fall_that_chance_explains_is_promoted_and_one_that_it_does_not_explain_is_not(name):
    fallen = {**SAME, name: SAME[name] - 0.05}

    by_chance = judge(an_evaluation(fallen, differences={name: (-0.12, 0.01)}), [], TOLERANCE)
    for_real = judge(an_evaluation(fallen, differences={name: (-0.08, -0.02)}), [], TOLERANCE)

    assert by_chance.is_promoted
    assert not for_real.is_promoted
    assert "[95 %: -0.0800 to -0.0200]" in for_real.reason


def test_a_real_fall_within_the_tolerance_is_promoted():
    evaluation = an_evaluation({**SAME, "coverage": 0.895}, differences={"coverage": (-0.006, -0.004)})

    assert judge(evaluation, [], TOLERANCE).is_promoted


@pytest.mark.parametrize("baseline_version", [None, "v1"])
def test_too_many_false_offers_keep_a_candidate_also_the_first(baseline_version):
    often = {**SAME, "false_offers": 0.4}

    verdict = judge(an_evaluation(often, baseline_version=baseline_version), [], TOLERANCE, 0.25)

    assert not verdict.is_promoted
    assert "false offers 0.4000" in verdict.reason
    assert "0.25" in verdict.reason


def test_false_offers_over_the_limit_by_chance_do_not_keep_a_candidate():
    often = {**SAME, "false_offers": 0.4}

    assert judge(an_evaluation(often, intervals={"false_offers": (0.24, 0.5)}), [], TOLERANCE, 0.25).is_promoted
    assert not judge(an_evaluation(often, intervals={"false_offers": (0.26, 0.5)}), [], TOLERANCE, 0.25).is_promoted


def test_a_model_in_service_with_as_many_false_offers_is_replaced():
    often, oftener = ({**SAME, "false_offers": share} for share in (0.4, 0.45))

    assert judge(an_evaluation(often, oftener), [], TOLERANCE, 0.25).is_promoted
    assert not judge(an_evaluation(oftener, often), [], TOLERANCE, 0.25).is_promoted


def a_manifest(**changes):
    return {"metrics": SAME, "baseline": {"version": "v1", "metrics": SAME}, "reply_ids": ["r1"]} | changes


def test_a_manifest_says_what_the_gate_needs():
    assert read_evaluation(a_manifest()) == an_evaluation(reply_ids={"r1"})


def test_a_manifest_says_how_far_its_figures_may_be_trusted():
    told = {"recall_at_3": {"value": 0.5, "low": 0.4, "high": 0.6}, "coverage": {"value": 1, "low": None, "high": None}}
    measured = {**SAME, "false_offers": 0.2, "languages": {"nl": {"coverage": 1}}}

    evaluation = read_evaluation(a_manifest(metrics=measured, intervals=told, differences=told))

    assert evaluation.intervals == evaluation.differences == {"recall_at_3": (0.4, 0.6)}
    assert evaluation.metrics == {**SAME, "false_offers": 0.2}


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        a_manifest(intervals=[1]),
        a_manifest(differences={"coverage": {"low": 0}}),
        a_manifest(metrics={"coverage": 0.9}),
        a_manifest(metrics={**SAME, "coverage": None}),
        a_manifest(baseline={"metrics": SAME}),
        a_manifest(reply_ids=None),
    ],
)
def test_a_manifest_without_it_is_unusable(manifest):
    with pytest.raises(ModelUnusable):
        read_evaluation(manifest)
