/** One agent's session: what hosts, view and field side tell it becomes state, calls and signals. */
import type {
  Api, Command, ConversationRef, Disconnect, Failure, FeedbackEvent, HostCapabilities, InsertHow, Notice, Session, Settings, Signal,
  Status, TypingEvent, WidgetState,
} from "../contract"; // prettier-ignore
import { createFeedbackQueue } from "../feedback/queue";
import type { Environment } from "./environment";
import { createRecord } from "./record";
import type { Scope, Spoken } from "./scope";
import { DEFAULT_FEATURES, keepPause, keepSettings, readPause, readSettings } from "./settings";
import { conversationId, isQuiet, mayCall, newTalk, retryWait, troubleOf, widgetState } from "./state";
import type { Facts, Talk } from "./state";
import { openTalk } from "./talk";
import type { TalkEffects } from "./talk";

const CONFIRMED_WITHIN_MS = 2_000;
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
  /** The words for the live region, in the agent's language. */
  say(what: Spoken, count: number, settings: Settings): string;
  /** Told of each event as it is queued: ids, counts and times, for events of the page. */
  onFeedback?(event: FeedbackEvent): void;
}

const SPOKEN_OF: Partial<Record<Status, Spoken>> = {
  paused: "paused", error: "error", offline: "offline", expired: "expired", orphaned: "orphaned",
}; // prettier-ignore

/** Starts at once: asks what the account has, and takes up what an earlier page left. */
export function createSession({ api, environment, account, host, settings: given = {}, copy, say, onFeedback }: SessionOptions): Session {
  const { now, after, storage } = environment;
  const views = new Set<(state: WidgetState) => void>();
  const fields = new Set<(signal: Signal) => void>();
  const commands = new Set<(command: Command) => void>();
  const inserting = new Map<number, { readonly text: string; readonly how: InsertHow; readonly suggestionId: string | null; readonly cancel: Disconnect }>();
  const unsaved = new Map<string, string>(); // summaries that the agent was still writing when another conversation was chosen
  const timers = new Map<"pause" | "notice" | "capabilities", Disconnect>();
  const all = new AbortController();
  const queue = createFeedbackQueue({ api, environment, account, onSize: (queuedFeedback) => change({ queuedFeedback }) });
  const record = createRecord({ add: (event) => (queue.add(event), onFeedback?.(event)) }, environment);

  let facts: Facts = {
    talk: newTalk(null), settings: readSettings(given, storage), host, capabilities: null, features: new Set(),
    isRefused: false, isExpired: false, isOrphaned: false, isOnline: environment.isOnline(),
    pausedUntil: readPause(now(), storage), notice: null, spoken: null, queuedFeedback: queue.size,
    saved: { keys: 0, characters: 0, messages: 0 },
  }; // prettier-ignore
  let shown = widgetState(facts);
  let open: { readonly effects: TalkEffects; readonly controller: AbortController } | null = null;
  let toldQuiet = true;
  let toldId: string | null = null;
  let pack: Signal | null = null; // for a field that comes later
  let lastInsertion = 0;
  let attempts = 0;

  // ── state ──
  function change(patch: Partial<Facts>): void {
    if (all.signal.aborted) return;
    const before = shown;
    facts = { ...facts, ...patch };
    shown = widgetState(facts);
    follow(before);
    for (const view of [...views]) view(shown);
  }
  const talk = (patch: Partial<Talk>): void => change({ talk: { ...facts.talk, ...patch } });

  /** What a change of state brings with it. */
  function follow(before: WidgetState): void {
    const id = conversationId(facts.talk);
    if (id !== toldId) {
      toldId = id;
      pack = null;
      tell({ kind: "turn", conversationId: id });
    }
    const quiet = isQuiet(shown.status);
    if (quiet !== toldQuiet) {
      toldQuiet = quiet;
      tell({ kind: "quiet", isQuiet: quiet });
    }
    const { offers, status } = shown;
    if (id && offers?.suggestions.length && status === "ready" && !environment.isHidden()) record.shown(id, offers);
    const spoken = status === before.status ? undefined : SPOKEN_OF[status];
    if (spoken) speak(spoken);
    const summary = shown.summary?.state;
    if (before.summary?.state === "waiting" && (summary === "draft" || summary === "saved")) speak("summary");
  }

  function tell(signal: Signal): void {
    if (signal.kind === "pack") pack = signal;
    for (const field of [...fields]) field(signal);
  }

  function speak(what: Spoken, count = 0): void {
    speakText(say(what, count, facts.settings));
  }
  function speakText(text: string): void {
    if (facts.settings.speech !== "off" && text) change({ spoken: { text, id: (facts.spoken?.id ?? 0) + 1 } });
  }
  function notify(notice: Notice | null): void {
    stop("notice");
    change({ notice });
    if (notice?.kind.startsWith("cop")) start("notice", NOTICE_MS, () => change({ notice: null }));
  }
  function start(name: "pause" | "notice" | "capabilities", ms: number, run: () => void): void {
    stop(name);
    timers.set(name, after(Math.min(ms, LONGEST_TIMER_MS), run));
  }
  const stop = (name: "pause" | "notice" | "capabilities"): void => timers.get(name)?.();

  // ── one conversation ──
  function isFatal({ kind }: Failure): boolean {
    if (kind === "expired") change({ isExpired: true });
    if (kind === "orphaned") change({ isOrphaned: true });
    return kind === "expired" || kind === "orphaned";
  }
  function scopeOf(signal: AbortSignal): Scope {
    return {
      api, environment, signal, isFatal,
      talk: () => facts.talk,
      set: (patch) => void (signal.aborted || talk(patch)),
      tell: (one) => void (signal.aborted || tell(one)),
      speak: (what, count) => void (signal.aborted || speak(what, count)),
      has: (feature) => facts.features.has(feature),
      mayCall: () => !signal.aborted && mayCall(facts),
      after(ms, run) {
        const cancel = after(ms, () => void (signal.aborted || run()));
        signal.addEventListener("abort", cancel, { once: true });
        return () => {
          cancel();
          signal.removeEventListener("abort", cancel);
        };
      },
    }; // prettier-ignore
  }
  function setConversation(ref: ConversationRef | null): void {
    if (keyOf(ref) === keyOf(facts.talk.ref)) return;
    const left = facts.talk;
    const leftKey = keyOf(left.ref);
    if (left.edited === null) unsaved.delete(leftKey);
    else unsaved.set(leftKey, left.edited);
    open?.controller.abort();
    record.turnAway();
    const controller = new AbortController();
    change({ talk: { ...newTalk(ref), edited: unsaved.get(keyOf(ref)) ?? null } });
    open = ref && { controller, effects: openTalk(scopeOf(controller.signal)) };
    notify(left.edited === null ? null : { kind: "unsaved-summary" });
  }

  // ── what the account has ──
  async function learnCapabilities(): Promise<void> {
    if (facts.capabilities || facts.isOrphaned || facts.pausedUntil !== null || !facts.isOnline) return;
    stop("capabilities");
    const found = await api.capabilities(all.signal).catch((error: Failure) => error);
    if (all.signal.aborted || facts.capabilities) return;
    if (found instanceof Error && found.kind !== "unknown") return lateCapabilities(found);
    attempts = 0;
    const capabilities = found instanceof Error ? { features: DEFAULT_FEATURES, assistants: [], default_language: "en", link_hosts: [] } : found;
    change({ capabilities, features: new Set(capabilities.features), isRefused: false });
    talk({ troubles: { ...facts.talk.troubles, asking: null } });
    open?.effects.again();
  }
  function lateCapabilities(why: Failure): void {
    if (why.kind === "refused") change({ isRefused: true });
    if (isFatal(why)) return;
    const wait = retryWait(attempts++, why, environment.random());
    talk({ troubles: { ...facts.talk.troubles, asking: troubleOf(why, now() + wait) } });
    start("capabilities", wait, () => void learnCapabilities());
  }
  function again(): void {
    void learnCapabilities();
    open?.effects.again();
    queue.flush();
  }

  // ── pause ──
  function pauseUntil(until: number | null): void {
    keepPause(until, storage);
    stop("pause");
    notify(null);
    change({ pausedUntil: until });
    if (until === null) again();
    else start("pause", until - now(), () => pauseUntil(null));
  }

  // ── what the agent does ──
  function did(kind: "accepted" | "copied" | "dismissed" | "rated", suggestionId: string | null, more = {}): void {
    const id = conversationId(facts.talk);
    if (id) record.did(id, kind, suggestionId, shown, more);
  }
  async function copyText(text: string, suggestionId: string | null, isInstead: boolean): Promise<void> {
    const isCopied = host.copy && (await copy(text).catch(() => false));
    if (!isCopied) return notify({ kind: "copy-failed" });
    did("copied", suggestionId);
    if (isInstead) notify({ kind: "copied" });
    else speak("copied");
  }
  function insert(text: string, how: InsertHow, suggestionId: string | null): void {
    if (!host.insert || !fields.size) return void copyText(text, suggestionId, true);
    const id = ++lastInsertion;
    inserting.set(id, { text, how, suggestionId, cancel: after(CONFIRMED_WITHIN_MS, () => inserted(id, false)) });
    const { set_id = null, model_version = null, settings_version = null } = shown.offers ?? {};
    const about = { setId: set_id, modelVersion: model_version, settingsVersion: settings_version, suggestionId };
    tell({ kind: "insert", id, text, how, about });
  }
  function inserted(id: number, isConfirmed: boolean): void {
    const one = inserting.get(id);
    if (!one) return; // it was given up
    inserting.delete(id);
    one.cancel();
    if (!isConfirmed) return void copyText(one.text, one.suggestionId, true);
    did("accepted", one.suggestionId, one.how === "suggestion" ? {} : { source: one.how });
  }

  // ── what the field side tells ──
  function hear(event: TypingEvent): void {
    const id = conversationId(facts.talk);
    switch (event.kind) {
      case "draft":
        record.typed();
        return open?.effects.draft(event);
      case "feedback":
        return void (id && record.told(id, event.event));
      case "announce":
        return speakText(event.text);
      case "inserted":
        return inserted(event.id, event.isConfirmed);
      case "command":
        return command(event.command);
      case "bothered":
        return notify({ kind: "offer-pause" });
      case "unfilled":
        return notify({ kind: "unfilled", slots: event.slots });
      case "sent": {
        const { saved } = facts;
        if (id) record.sent(id, event.record, shown.offers);
        change({
          saved: {
            keys: saved.keys + (event.record.saved_keystroke_count ?? 0),
            characters: saved.characters + (event.record.sent_character_count ?? 0),
            messages: saved.messages + 1,
          },
        });
      }
    }
  }
  function command(wanted: Command): void {
    if (wanted.name === "insert-suggestion") {
      const left = shown.offers?.suggestions.filter(({ id }) => !shown.dismissed.has(id)) ?? [];
      const one = shown.status === "ready" ? left[wanted.number - 1] : undefined;
      if (one) insert(one.text, "suggestion", one.id);
    }
    for (const listener of [...commands]) listener(wanted);
  }

  const stopHearing = environment.onChange((what) => {
    if (what === "unload") return queue.flushAtUnload();
    if (what === "connection") {
      const isOnline = environment.isOnline();
      change({ isOnline });
      if (isOnline) again();
      return;
    }
    if (environment.isHidden()) queue.flush();
    else change({}); // what was offered meanwhile is seen now
    open?.effects.reschedule();
  });
  if (facts.pausedUntil !== null) pauseUntil(facts.pausedUntil);
  void learnCapabilities();

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
        field({ kind: "quiet", isQuiet: toldQuiet });
        if (pack) field(pack);
        return added(fields, field);
      },
    },
    dispose() {
      if (all.signal.aborted) return;
      queue.flushAtUnload();
      all.abort();
      open?.controller.abort();
      stopHearing();
      queue.dispose();
      for (const cancel of [...timers.values(), ...[...inserting.values()].map(({ cancel }) => cancel)]) cancel();
      for (const listeners of [views, fields, commands]) listeners.clear();
    },
    actions: {
      insert,
      copy: (text, suggestionId) => void copyText(text, suggestionId, false),
      dismiss(suggestionId) {
        did("dismissed", suggestionId);
        talk({ dismissed: new Set(facts.talk.dismissed).add(suggestionId) });
      },
      rate(suggestionId, rating) {
        did("rated", suggestionId, { rating });
        talk({ rated: new Map(facts.talk.rated).set(suggestionId, rating) });
      },
      openedLink(url) {
        const position = shown.offers?.links.findIndex((link) => link.url === url) ?? -1;
        if (position >= 0) did("accepted", null, { source: "link", position });
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

function keyOf(ref: ConversationRef | null): string {
  return !ref ? "" : "id" in ref ? ref.id : `${ref.platform}/${ref.platformId}`;
}

function added<T>(set: Set<T>, one: T): Disconnect {
  set.add(one);
  return () => void set.delete(one);
}
