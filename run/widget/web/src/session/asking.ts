/** Suggestions for each new turn, and packs for what the agent types: one request at a time, and late answers dropped. */
import type { Failure, Offers, PackBody, TypingEvent } from "../contract";
import { forWholeDraft, sentDraft } from "./draft";
import { createRetrying } from "./retrying";
import type { Scope } from "./scope";
import { conversationId, customerTurn, withOffers } from "./state";

const SLOW_MS = 300; // then a skeleton, if there is nothing to show
const LOADING_MS = 1_000; // then it is said that something is under way
const AGAIN_MS = [1_000, 3_000]; // after an answer that is behind the conversation, or lacks what was late
const PACK_VERSION = 2;
const NONE = "\0"; // no draft begins so

type DraftEvent = Extract<TypingEvent, { kind: "draft" }>;

export interface Asking {
  /** The conversation may have gone on: ask if it has. */
  turn(): void;
  draft(event: DraftEvent): void;
  /** What failed, and what was put off, now. */
  again(): void;
}

export function createAsking(scope: Scope): Asking {
  const { api, environment, signal } = scope;
  let running: AbortController | null = null;
  let askedFor: number | null = null; // based_on of the conversation for which it was asked last
  let followedUp = { turn: -1, times: 0 };
  let packFor: number | null = null; // based_on of the pack that the field has
  let lastFor = NONE; // the draft for which a pack was asked last
  let draft = { text: "", cursor: 0 };
  let isDue = false; // the turn has no answer yet
  let wantedPack = false;
  let said: string | null = null;
  let cancelFollowUp = (): void => undefined;
  const retrying = createRetrying(scope, "asking", () => void ask(wantedPack));

  async function ask(wantsPack: boolean): Promise<void> {
    const id = conversationId(scope.talk());
    if (!id || scope.talk().isEnded || !scope.mayCall()) return;
    wantedPack = wantsPack;
    cancelFollowUp();
    running?.abort();
    const mine = (running = new AbortController());
    const { text, cursor } = draft;
    const sent = sentDraft(text, cursor);
    const wanted = { draft: sent.draft, cursor: sent.cursor, language: null, pack_based_on: packFor, wants_pack: wantsPack };
    const endWaiting = isDue ? showWaiting() : undefined;
    const begun = environment.now();
    const answer = await api.suggest(id, wanted, AbortSignal.any([mine.signal, signal])).catch((error: Failure) => error);
    endWaiting?.();
    if (mine !== running) return; // late: it was asked again
    running = null;
    if (answer instanceof Error) {
      lastFor = NONE;
      scope.set({ isAsking: false });
      return retrying.failed(answer);
    }
    retrying.done();
    const isTurn = isDue;
    isDue = false;
    scope.set({
      ...withOffers(scope.talk(), answer, isTurn, scope.has), isAsking: false, isSlow: false,
      ...(isTurn ? { latencyMs: environment.now() - begun } : {}),
    }); // prettier-ignore
    tellField(id, answer, text, answer.pack && forWholeDraft(answer.pack, sent, text, cursor));
    announce();
    followUp(answer);
  }

  /** More letters of a word change nothing while a pack is under way, or once there was one for its beginning. */
  function isAsked(written: string): boolean {
    const further = written.startsWith(lastFor) ? written.slice(lastFor.length) : " ";
    return !/\s/.test(further) && (!further || !!running || /\S$/.test(lastFor));
  }

  function showWaiting(): () => void {
    scope.set({ isAsking: true });
    const cancels = [
      scope.after(SLOW_MS, () => scope.set({ isSlow: true })),
      scope.after(LOADING_MS, () => scope.speak("loading")),
    ];
    return () => cancels.forEach((cancel) => cancel());
  }

  /** The service has not read what was said last, or had no time for all: a few times more in a turn, and no more. */
  function followUp({ based_on: basedOn, degraded: isDegraded }: Offers): void {
    const isBehind = askedFor !== null && basedOn < askedFor;
    if (!isBehind) askedFor = basedOn;
    if (followedUp.turn !== askedFor) followedUp = { turn: askedFor!, times: 0 };
    const pause = AGAIN_MS[followedUp.times];
    if (!(isBehind || isDegraded) || !pause) return;
    followedUp.times++;
    cancelFollowUp = scope.after(pause, () => {
      isDue = true;
      void ask(false);
    });
  }

  function tellField(conversationId: string, answer: Offers, draft: string, pack: PackBody | null): void {
    if (!scope.has("completion")) return;
    const about = { setId: answer.set_id, modelVersion: answer.model_version, settingsVersion: answer.settings_version };
    if (pack?.version === PACK_VERSION) {
      packFor = answer.based_on;
      scope.tell({ kind: "pack", conversationId, pack, about });
    }
    const { completion } = answer;
    if (draft) scope.tell({ kind: "completion", conversationId, draft, completion, about });
  }

  /** "3 suggestions", once for what the customer said last, however often the list changes. */
  function announce(): void {
    const { offers, conversation } = scope.talk();
    const turn = customerTurn(conversation);
    if (!offers?.suggestions.length || turn === said) return;
    said = turn;
    scope.speak("suggestions", offers.suggestions.length);
  }

  return {
    turn() {
      const basedOn = scope.talk().conversation?.based_on;
      if (basedOn === undefined || basedOn === askedFor || !(scope.has("suggestions") || scope.has("completion"))) return;
      askedFor = basedOn;
      lastFor = NONE;
      isDue = true;
      void ask(false);
    },
    draft({ text, cursor, needs }) {
      draft = { text, cursor };
      if (needs === "nothing" || !scope.has("completion")) return;
      const written = text.slice(0, cursor);
      if (needs === "pack" && (isAsked(written) || retrying.isWaiting())) return;
      lastFor = written;
      void ask(true);
    },
    again() {
      if (isDue || retrying.isWaiting()) void ask(wantedPack);
    },
  };
}
