"""Keeps the desk busy: when a conversation has ended, another customer comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import count

from earpiece.domain.errors import NotFound
from earpiece.domain.events import MessageContent, Participant, Role
from earpiece_emulators.desk.board import Board
from earpiece_emulators.desk.live import LiveConversation
from earpiece_emulators.desk.playing import Pace, Playing, start
from earpiece_emulators.desk.scenes import VISITOR, Part, Scene, scenes
from earpiece_emulators.desk.sending import Outbox
from earpiece_emulators.desk.surroundings import Surroundings
from earpiece_emulators.samples.material import material

# In the order in which they come; each place is taken again a while after its conversation has ended.
PLACES = (
    ("lumen", Part.OWN),
    ("fietsplein", Part.OWN),
    ("lumen", Part.COLLEAGUE),
    ("lumen", Part.HANDED_OVER),
    ("fietsplein", Part.COLLEAGUE),
    ("lumen", Part.OWN),
)
_NEXT_AFTER_S = 5.0
_AGAIN_AFTER_S = 12.0


class Stage:
    """The desk's conversations, each on a thread of its own while it lasts."""

    def __init__(self, surroundings: Surroundings, board: Board, pace: Pace, seed: int) -> None:
        self._surroundings, self._board, self._pace, self._seed = surroundings, board, pace, seed
        self._outboxes: dict[str, Outbox] = {}
        self._playing: dict[str, Playing] = {}
        self._numbers = count(1)
        self._making = threading.Lock()

    def open(self) -> None:
        """Let customers come, from when somebody first looks."""
        for place, (account_id, part) in enumerate(PLACES):
            wait_s = place * _NEXT_AFTER_S / self._pace.times
            told = scenes(account_id, part, self._seed + place)
            threading.Thread(target=self._keep_busy, args=(account_id, told, wait_s), daemon=True).start()

    def say(self, platform_id: str, text: str) -> str:
        """The visitor's message goes out; its id. Raises NotFound."""
        playing = self._of(platform_id)
        message_id = f"v-{len(playing.conversation.messages) + 1}"
        with self._board.changing(playing.conversation) as one:
            one.visitor_typed_s = 0.0
        playing.say(VISITOR, MessageContent(message_id, text))
        return message_id

    def typing(self, platform_id: str, is_typing: bool) -> None:
        """The customer waits for what the visitor is about to say. Raises NotFound."""
        with self._board.changing(self._board.find(platform_id)) as one:
            one.visitor_typed_s = time.monotonic() if is_typing else 0.0

    def take_over(self, platform_id: str) -> None:
        """From a colleague. Raises NotFound."""
        playing = self._of(platform_id)
        if not playing.conversation.is_visitors:
            playing.hand_over(VISITOR)

    def hand_over(self, platform_id: str) -> str:
        """To a colleague, whose name is returned. Raises NotFound."""
        playing = self._of(platform_id)
        taker = _colleague(playing.conversation.scene)
        if playing.conversation.is_visitors:
            playing.hand_over(taker)
        return taker.name or ""

    def end(self, platform_id: str) -> None:
        """The visitor has no more to say. Raises NotFound."""
        with self._board.changing(self._of(platform_id).conversation) as one:
            one.is_asked_to_end = True

    def _of(self, platform_id: str) -> Playing:
        playing = self._playing.get(platform_id)
        if playing is None or playing.conversation.is_ended:
            raise NotFound("there is no such conversation, or it has ended")
        return playing

    def _keep_busy(self, account_id: str, told: Iterator[Scene], wait_s: float) -> None:
        while account_id not in self._surroundings.accounts():
            time.sleep(1.0)
        self._board.wait_for_audience()
        time.sleep(wait_s)
        for scene in told:
            ended = threading.Event()
            start(self._playing_of(scene), ended.set)
            ended.wait()
            self._playing.pop(scene.told.conversation_id)
            time.sleep(_AGAIN_AFTER_S / self._pace.times)

    def _playing_of(self, scene: Scene) -> Playing:
        conversation = LiveConversation(scene, next(self._numbers))
        with self._making:
            if scene.account_id not in self._outboxes:
                self._outboxes[scene.account_id] = Outbox(scene.account_id, self._surroundings, self._board)
        playing = Playing(conversation, self._board, self._outboxes[scene.account_id].deliver, self._pace)
        self._playing[conversation.platform_id] = playing
        self._board.add(conversation)
        return playing


def _colleague(scene: Scene) -> Participant:
    """Somebody of the account who is not in this conversation yet."""
    present = {agent.participant_id for agent in scene.told.agents}
    card = next(card for card in material(scene.account_id).agents if card.agent_id not in present)
    return Participant(card.agent_id, Role.AGENT, card.name)
