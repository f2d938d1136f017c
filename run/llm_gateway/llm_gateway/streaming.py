"""A streamed answer on its way to the caller: passed on as it comes, watched for its end, and counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import structlog

from llm_gateway.answering import CALLER_LEFT, Bill
from llm_gateway.attempts import FAILURES, OpenedStream
from llm_gateway.events import DONE, Event, error_event
from llm_gateway.restoring import StreamRestorer, speaks_json
from llm_gateway.sending import Send
from llm_gateway.soundness import offers
from llm_gateway.usage import CHARACTERS_PER_TOKEN, Tokens

log = structlog.get_logger()

CUT = "the model's provider broke off; what came so far is not the whole answer"

ENDS = "this instance ends; what came so far is not the whole answer"


async def pass_on(opened: OpenedStream, bill: Bill, send: Send, deadline_s: float) -> bool:
    """Send the stream's events and its end; whether it was whole. Headers are sent before.

    A stream that breaks, or ends without having finished, ends with an error event and without `[DONE]`: it is never
    mixed with another answer, and never looks complete. However it ends, what came of it is counted.
    """
    watch = _Watch(bill)
    restorer = StreamRestorer(bill.vault, is_json=speaks_json(bill.call)) if bill.vault.values else None
    reason = "stream_interrupted"
    try:
        async for batch in opened.batches(deadline_s):
            events = watch.passed(batch)
            data = b"".join(map(restorer.passed, events) if restorer else events)
            if data:
                await send({"type": "http.response.body", "body": data, "more_body": True})
            if watch.has_ended:
                break
    except asyncio.CancelledError:
        if bill.outcome != CALLER_LEFT:  # this instance ends
            await send({"type": "http.response.body", "body": error_event("instance_ends", ENDS), "more_body": False})
        raise
    except TimeoutError:
        reason = "deadline_exceeded" if time.monotonic() > deadline_s - 0.05 else "stream_stalled"
    except FAILURES:
        reason = "stream_interrupted"
    except Exception as error:
        log.error("request_failed", error_type=type(error).__name__, exc_info=error)
    finally:
        watch.count()
    is_whole = watch.error is None and (watch.is_done or watch.is_finished)
    if is_whole:
        end = DONE if bill.call.path == "chat/completions" and not watch.is_done else b""
        end = restorer.rest() + end if restorer else end
    else:
        end = watch.error or error_event(reason, CUT)
    await send({"type": "http.response.body", "body": end, "more_body": False})
    return is_whole


class _Watch:
    """What the events said so far."""

    def __init__(self, bill: Bill) -> None:
        self._bill, self._chunks, self._size = bill, 0, 0
        self._finished: set[int] = set()
        self.is_done = False
        self.error: bytes | None = None

    @property
    def is_finished(self) -> bool:
        """Whether every answer of the call has come to its end."""
        return len(self._finished) >= self._bill.call.answer_count

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can come; in a chat its usage still may, after the last answer's end."""
        is_over = self.is_finished and self._bill.call.path == "responses"
        return self.is_done or is_over or self.error is not None

    def passed(self, batch: Sequence[tuple[bytes, Event]]) -> Iterator[bytes]:
        """What the caller gets of these: nothing after an error."""
        for event, said in batch:
            if self._is_bad(said):
                return
            if self._passes(said):
                yield event

    def _is_bad(self, said: Event) -> bool:
        if said.error is not None:
            message = str(said.error.get("message", CUT))
            self.error = self._bill.without_keys(error_event("upstream_error", message))
        elif not offers(self._bill.call, said.tool_names):
            self.error = error_event("tool_not_offered", "the model called a tool that was not offered")
        return self.error is not None

    def _passes(self, said: Event) -> bool:
        bill = self._bill
        if bill.first_token_ms is None and said.is_content:
            bill.first_token_ms = round((time.monotonic() - bill.began_s) * 1000)
        self._chunks += said.is_content
        self._size += said.size
        bill.answered_model = bill.answered_model or said.model
        self._finished.update(said.finished)
        self.is_done |= said.is_done
        if said.usage is not None:
            bill.tokens = Tokens.told(said.usage) or bill.tokens
            return bill.call.wants_usage or said.has_choices
        return True

    def count(self) -> None:
        """Where the provider's own count did not come: a token a piece, or more where pieces are large."""
        if self._bill.tokens is None:
            output = max(self._chunks, self._size // CHARACTERS_PER_TOKEN)
            self._bill.tokens = Tokens(self._bill.call.input_tokens, output, is_estimate=True)
