"""When an upstream is asked, and when it is left alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from llm_gateway.circuit import FAILURES_IN_A_ROW, LONGEST_QUIET_S, LONGEST_REST_S, TOLD_EVERY_S, Circuit


class Clock:
    def __init__(self) -> None:
        self.at_s = 1_000.0

    def __call__(self) -> float:
        return self.at_s


def a_circuit() -> tuple[Circuit, Clock]:
    clock = Clock()
    return Circuit(clock), clock


def fail(circuit: Circuit, count: int) -> None:
    for _ in range(count):
        circuit.enter()
        circuit.failed()


def test_it_opens_after_failures_in_a_row_and_a_success_between_starts_anew():
    circuit, _ = a_circuit()

    fail(circuit, FAILURES_IN_A_ROW - 1)
    circuit.succeeded()
    fail(circuit, FAILURES_IN_A_ROW - 1)
    assert circuit.enter()
    circuit.failed()

    assert not circuit.enter()


def test_one_request_probes_and_its_success_lets_the_others_in():
    circuit, clock = a_circuit()
    fail(circuit, FAILURES_IN_A_ROW)
    clock.at_s += 1.01

    assert circuit.enter()
    assert not circuit.enter()
    circuit.spoke()
    assert circuit.enter()
    assert circuit.enter()


def test_a_probe_that_fails_doubles_the_rest_and_failures_that_came_together_do_not():
    circuit, clock = a_circuit()
    fail(circuit, 40)
    assert circuit.wait_s() <= 1.0

    clock.at_s += 1.01
    assert circuit.enter()
    circuit.failed()
    assert 1.0 < circuit.wait_s() <= 2.0


def test_a_probe_whose_caller_left_lets_another_probe():
    circuit, clock = a_circuit()
    fail(circuit, FAILURES_IN_A_ROW)
    clock.at_s += 1.01
    assert circuit.enter()

    circuit.left()

    assert circuit.enter()


@given(st.integers(0, 1_000))
def test_it_is_left_alone_as_long_as_it_asked_but_not_for_hours(retry_after_s):
    circuit, clock = a_circuit()

    circuit.failed(retry_after_s)

    assert circuit.wait_s() == min(retry_after_s, LONGEST_QUIET_S)
    clock.at_s += LONGEST_QUIET_S
    assert circuit.enter()


def test_half_of_many_failing_opens_it_too():
    circuit, _ = a_circuit()

    for _ in range(12):
        circuit.succeeded()
        circuit.failed()

    assert not circuit.enter()


def test_the_same_news_is_told_once_in_a_while():
    circuit, clock = a_circuit()

    assert [circuit.is_news(), circuit.is_news()] == [True, False]
    clock.at_s += TOLD_EVERY_S
    assert circuit.is_news()
    circuit.succeeded()
    assert circuit.is_news()


class AnyTraffic(RuleBasedStateMachine):
    """Whatever happens, it is asked again in the end, and by one request after an outage."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit, self.clock = a_circuit()
        self.running = 0

    @rule(seconds=st.integers(0, 200))
    def time_passes(self, seconds):
        self.clock.at_s += seconds

    @rule()
    def a_request_comes(self):
        waited = self.circuit.wait_s()
        entered = self.circuit.enter()
        assert entered == (waited == 0)
        self.running += entered

    @precondition(lambda self: self.running)
    @rule(end=st.sampled_from(["succeeded", "failed", "left"]))
    def one_ends(self, end):
        getattr(self.circuit, end)()
        self.running -= 1

    @precondition(lambda self: self.running)
    @rule(retry_after_s=st.integers(0, 500))
    def one_is_told_to_wait(self, retry_after_s):
        self.circuit.failed(retry_after_s)
        self.running -= 1

    @invariant()
    def no_wait_is_longer_than_the_longest(self):
        assert 0 <= self.circuit.wait_s() <= max(LONGEST_QUIET_S, LONGEST_REST_S)

    def teardown(self):
        self.circuit.left()
        self.clock.at_s += LONGEST_QUIET_S
        assert self.circuit.enter()


TestAnyTraffic = AnyTraffic.TestCase
TestAnyTraffic.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
