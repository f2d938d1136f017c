/** One agent's session: what hosts, view and field side tell it becomes state, calls and signals. */
import type {
  Api, Command, ConversationRef, Disconnect, Failure, FeedbackEvent, HostCapabilities, Notice, Session, Settings, Signal,
  Spoken, Status, TypingEvent, WidgetState,
} from "../contract"; // prettier-ignore
import { createFeedbackQueue } from "../feedback/queue";
import type { Environment } from "./environment";
import { createInserting } from "./inserting";
import { createRecord } from "./record";
import { createRetrying } from "./retrying";
import type { Scope } from "./scope";
import { keepPause, keepSettings, readPause, readSettings } from "./settings";
import { conversationId, isQuiet, mayCall, newTalk, widgetState } from "./state";
import type { Facts, Talk } from "./state";
import { openTalk } from "./talk";
import type { TalkEffects } from "./talk";

const NOTICE_MS = 6_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface SessionOptions {
  readonly api: Api;
  readonly environment: Environment;
  readonly account: string;
  readonly host: HostCapabilities;
  readonly settings?: Partial<Settings>;
  /** Puts text on the clipboard; false when that is not allowed. */
  copy(text: string): Promise<boolean>;
  /** Told of each event as it is queued: ids, counts and times, for events of the page. */
  onFeedback?(event: FeedbackEvent): void;
}

const SPOKEN: ReadonlySet<Status> = new Set(["paused", "error", "offline", "expired", "orphaned"]);

/** Starts at once: asks what the account has, and takes up what an earlier page left. */
export function createSession({ api, environment, account, host, settings: given = {}, copy, onFeedback }: SessionOptions): Session {
  const { now, after, storage } = environment;
  const views = new Set<(state: WidgetState) => void>();
  const fields = new Set<(signal: Signal) => void>();
  const commands = new Set<(command: Command) => void>();
  const unsaved = new Map<string, string>(); // summaries that were still written when another conversation was chosen
  const all = new AbortController();
  const queue = createFeedbackQueue({
    api, environment, account, isCutOff, onSize: (queuedFeedback) => change({ queuedFeedback }),
  }); // prettier-ignore
  const record = createRecord({ add: (event) => (queue.add(event), onFeedback?.(event)) }, environment);
  const inserting = createInserting({
    environment, host, copy, tell, notify, did, state: () => shown, hasField: () => fields.size > 0, onCopied: () => speak("copied"),
  }); // prettier-ignore

  let facts: Facts = {
    talk: newTalk(null), settings: readSettings(given, storage), host, capabilities: null, features: new Set(),
    isRefused: false, isExpired: false, isOrphaned: false, isOnline: environment.isOnline(),
    pausedUntil: readPause(now(), storage), notice: null, spoken: null, queuedFeedback: queue.size,
    saved: { keys: 0, characters: 0, messages: 0 },
  }; // prettier-ignore
  let shown = widgetState(facts);
  let open: { readonly effects: TalkEffects; readonly controller: AbortController } | null = null;
  let wasQuiet = true;
  let toldId: string | null = null;
  let pack: Signal | null = null; // for a field that comes later
  let cancelPause = (): void => undefined;
  let cancelNotice = (): void => undefined;
  const learning = createRetrying(scopeOf(all.signal), "account", () => void learn());

  // ── state ──
  function change(patch: Partial<Facts>): void {
    if (all.signal.aborted) return;
    const before = shown;
    facts = { ...facts, ...patch };
    shown = widgetState(facts);
    follow(before);
    for (const view of [...views]) view(shown);
  }
  function talk(patch: Partial<Talk>): void {
    change({ talk: { ...facts.talk, ...patch } });
  }

  /** What a change of state brings with it. */
  function follow({ status: before, summary: card }: WidgetState): void {
    const { status, offers, summary } = shown;
    const id = conversationId(facts.talk);
    if (id !== toldId) tell({ kind: "turn", conversationId: (toldId = id) });
    if (isQuiet(status) !== wasQuiet) tell({ kind: "quiet", isQuiet: (wasQuiet = !wasQuiet) });
    if (id && offers?.suggestions.length && status === "ready" && !environment.isHidden()) record.shown(id, offers);
    if (status !== before && SPOKEN.has(status)) speak(status as Spoken);
    if (card?.state === "waiting" && summary && summary.state !== "waiting") speak("summary");
  }

  function tell(signal: Signal): void {
    if (signal.kind === "turn") pack = null;
    if (signal.kind === "pack") pack = signal;
    for (const field of [...fields]) field(signal);
  }
  function say(speech: { readonly text: string } | { readonly what: Spoken; readonly count: number }): void {
    if (facts.settings.speech !== "off") change({ spoken: { ...speech, id: (facts.spoken?.id ?? 0) + 1 } });
  }
  function speak(what: Spoken, count = 0): void {
    say({ what, count });
  }
  function notify(notice: Notice | null): void {
    cancelNotice();
    change({ notice });
    if (notice?.kind.startsWith("cop")) cancelNotice = after(NOTICE_MS, () => change({ notice: null }));
  }

  // ── one conversation ──
  function scopeOf(signal: AbortSignal): Scope {
    const unlessClosed = <T extends unknown[]>(act: (...args: T) => void) => (...args: T): void => void (signal.aborted || act(...args));
    return {
      api, environment, signal,
      talk: () => facts.talk,
      set: unlessClosed(talk),
      tell: unlessClosed(tell),
      speak: unlessClosed(speak),
      has: (feature) => facts.features.has(feature),
      mayCall: () => !signal.aborted && mayCall(facts),
      after: (ms, run) => after(ms, unlessClosed(run)),
      isFatal: isCutOff,
    }; // prettier-ignore
  }
  function isCutOff(why?: Failure): boolean {
    if (why?.kind === "expired") change({ isExpired: true });
    if (why?.kind === "orphaned") change({ isOrphaned: true });
    return facts.isExpired || facts.isOrphaned;
  }
  function setConversation(ref: ConversationRef | null): void {
    const { ref: leftRef, edited } = facts.talk;
    const [left, key] = [keyOf(leftRef), keyOf(ref)];
    if (left === key) return;
    if (edited === null) unsaved.delete(left);
    else unsaved.set(left, edited);
    open?.controller.abort();
    record.turnAway();
    change({ talk: { ...newTalk(ref), edited: unsaved.get(key) ?? null } });
    const controller = new AbortController();
    open = ref && { controller, effects: openTalk(scopeOf(controller.signal)) };
    notify(edited === null ? null : { kind: "unsaved-summary" });
  }

  // ── what the account has ──
  async function learn(): Promise<void> {
    if (facts.capabilities || facts.isOrphaned || facts.pausedUntil !== null || !facts.isOnline) return;
    const found = await api.capabilities(all.signal).catch((error: Failure) => error);
    if (all.signal.aborted || facts.capabilities) return;
    if (found instanceof Error) {
      change({ isRefused: found.kind === "refused" });
      return learning.failed(found);
    }
    learning.done();
    change({ capabilities: found, features: new Set(found.features), isRefused: false });
    open?.effects.turn();
  }
  function again(): void {
    void learn();
    open?.effects.again();
    queue.flush();
  }
  function pauseUntil(until: number | null): void {
    keepPause(until, storage);
    cancelPause();
    notify(null);
    change({ pausedUntil: until });
    if (until === null) again();
    else cancelPause = after(Math.min(until - now(), LONGEST_TIMER_MS), () => pauseUntil(null));
  }

  // ── what the agent does ──
  function did(kind: FeedbackEvent["kind"], suggestionId: string | null, source?: string, more?: object): void {
    const id = conversationId(facts.talk);
    if (id) record.did(id, kind, suggestionId, shown, source, more);
  }
  function hear(event: TypingEvent): void {
    const id = conversationId(facts.talk);
    switch (event.kind) {
      case "draft":
        record.typed();
        return open?.effects.draft(event);
      case "feedback":
        return void (id && record.told(id, event.event));
      case "announce":
        return say({ text: event.text });
      case "inserted":
        return inserting.inserted(event.id, event.isConfirmed);
      case "command":
        return command(event.command);
      case "bothered":
        return notify({ kind: "offer-pause" });
      case "unfilled":
        return notify(event);
      case "sent": {
        const { saved } = facts;
        const { saved_keystroke_count: keys = 0, sent_character_count: characters = 0 } = event.record;
        if (id) record.sent(id, event.record, shown.offers);
        change({ saved: { keys: saved.keys + keys, characters: saved.characters + characters, messages: saved.messages + 1 } });
      }
    }
  }
  function command(wanted: Command): void {
    if (wanted.name === "insert-suggestion" && shown.status === "ready") {
      const left = shown.offers?.suggestions.filter(({ id }) => !shown.dismissed.has(id)) ?? [];
      const one = left[wanted.number - 1];
      if (one) inserting.insert(one.text, "suggestion", one.id);
    }
    for (const listener of [...commands]) listener(wanted);
  }

  const stopHearing = environment.onChange((what) => {
    const isOnline = environment.isOnline();
    change({ isOnline }); // what was offered to a hidden page is seen now
    if (what === "unload") queue.flushAtUnload();
    else if (what === "visibility") open?.effects.reschedule();
    else if (isOnline) again();
    if (environment.isHidden()) queue.flush();
  });
  if (facts.pausedUntil !== null) pauseUntil(facts.pausedUntil);
  void learn();

  return {
    state: () => shown,
    subscribe: (view) => added(views, view),
    onCommand: (listener) => added(commands, listener),
    setConversation,
    pushMessage: (message) => open?.effects.push(message),
    end: () => open?.effects.end(),
    port: {
      tell: hear,
      onSignal(field) {
        field({ kind: "settings", settings: facts.settings });
        field({ kind: "turn", conversationId: toldId });
        field({ kind: "quiet", isQuiet: wasQuiet });
        if (pack) field(pack);
        return added(fields, field);
      },
    },
    dispose() {
      if (all.signal.aborted) return;
      queue.flushAtUnload();
      all.abort();
      open?.controller.abort();
      for (const stop of [stopHearing, queue.dispose, inserting.dispose, cancelPause, cancelNotice]) stop();
      for (const listeners of [views, fields, commands]) listeners.clear();
    },
    actions: {
      insert: inserting.insert,
      copy: inserting.copy,
      dismiss(suggestionId) {
        did("dismissed", suggestionId);
        talk({ dismissed: new Set(facts.talk.dismissed).add(suggestionId) });
      },
      rate(suggestionId, rating) {
        did("rated", suggestionId, undefined, { rating });
        talk({ rated: new Map(facts.talk.rated).set(suggestionId, rating) });
      },
      openedLink(url) {
        const position = shown.offers?.links.findIndex((link) => link.url === url) ?? -1;
        if (position >= 0) did("accepted", null, "link", { position });
      },
      search: (query) => open?.effects.search(query),
      runAssistant: (code, wanted) => open?.effects.runAssistant(code, wanted),
      editSummary: (edited) => talk({ edited, saving: null }),
      saveSummary: () => open?.effects.saveSummary(),
      pause: (minutes) => pauseUntil(now() + minutes * 60_000),
      resume: () => pauseUntil(null),
      retry: again,
      signIn() {
        change({ isExpired: false });
        again();
      },
      closeNotice: () => notify(null),
      configure(patch) {
        const settings = { ...facts.settings, ...patch };
        keepSettings(patch, storage);
        change({ settings });
        tell({ kind: "settings", settings });
      },
      focusField: () => tell({ kind: "focus" }),
      tellReading: (isReading) => open?.effects.reading(isReading),
    },
  };
}

/** JSON of a reference would do, were its names always in the same order. */
function keyOf(ref: ConversationRef | null): string {
  return !ref ? "" : "id" in ref ? ref.id : `${ref.platform}/${ref.platformId}`;
}

function added<T>(set: Set<T>, one: T): Disconnect {
  set.add(one);
  return () => void set.delete(one);
}
