/**
 * Helps while the agent types: completes from the pack with no request, takes the keys of the agent's map and no other,
 * inserts what is chosen, and counts how the message came about.
 */
import { openPack, type Completing } from "../completing/pack";
import type { Disconnect, Draft, Field, KeyName, Provenance, Settings, Signal, TypingPort } from "../contract";
import { AUGMENTATION } from "../feedback/augmentation";
import { describe } from "../field/description";
import type { MeasuredGhost } from "../field/ghost";
import { insertionOf } from "./insertion_place";
import { isModifier, nameOf } from "./keys";
import { isAtEnd, nextWord, typedThrough, type Offer } from "./offer";
import { createRecord } from "./record";
import { createSendButton } from "./send_button";
import { nextSlot, slotsIn, unfilled } from "./slots";

const GUARD_MS = 120; // a finger on its way to Tab did not mean what has just come up
// How long the agent has to rest until something comes up from memory, and until more is asked for; null: they ask.
const PACES_MS = { fast: { show: 0, ask: 60 }, calm: { show: 400, ask: 400 }, "on-demand": null } as const;
const SPOKEN_AFTER_MS = 700;
const BRIEF_CHARACTERS = 60;
const BOTHERED = { times: 3, withinMs: 60_000 } as const;
const LATE_MS = 700; // after the last key: what comes up then takes an agent by surprise who reads or thinks
const CHECKED_EVERY_MS = 300; // a page that sends empties its field without telling, or puts another text there
const NOWHERE: Provenance = { setId: null, modelVersion: null, settingsVersion: null };

export interface Typing {
  /** The host says that the message was sent, with its text where it knows that better. */
  sent(text?: string): void;
  disconnect: Disconnect;
}

export interface TypingOptions {
  readonly field: Field;
  readonly ghost: MeasuredGhost;
  readonly port: TypingPort;
  readonly now?: () => number;
}

export function createTyping({ field, ghost, port, now = () => performance.now() }: TypingOptions): Typing {
  const { element } = field;
  const record = createRecord(now);
  const description = describe(element);
  const sendButton = createSendButton();
  const isMac = /Mac/.test(navigator.platform);
  const events = new AbortController();
  const timers: { ask?: number; show?: number; speak?: number; checked?: number } = {};
  let settings: Settings | null = null;
  let conversationId: string | null = null;
  let isQuiet = true;
  let isComposing = false;
  let isInserting = false;
  let pack: Completing | null = null;
  let about = NOWHERE;
  let offer: Offer | null = null;
  let others: { readonly base: string; readonly texts: readonly string[]; readonly at: number } | null = null;
  let hiddenFor: string | null = null; // Esc: nothing more until the draft is another one
  let askedFor: string | null = null; // the draft for which the agent asked
  let escapes: readonly number[] = [];
  let slots: readonly string[] = [];
  let warnedOf: string | null = null;
  let wasEmptied = false;
  let hasActed = false; // the agent typed or clicked here since the focus came
  let spoken = "";
  let cause: { readonly kind: string; readonly at: number } | null = null; // of the change to come
  let pressedAt: number | null = null; // the key whose change is to come
  let seq = 0;
  let changedAt = -Infinity;

  const draftNow = (): Draft => ({ ...field.read(), isComposing });
  const mayHelp = (draft: Draft): boolean => !isQuiet && !!conversationId && isAtEnd(draft) && field.isOpen() && isFocused();
  const isFocused = (): boolean => {
    const active = (element.getRootNode() as Document | ShadowRoot).activeElement;
    return active === element || (!!active && element.contains(active));
  };
  const paceFor = (draft: Draft) => PACES_MS[askedFor === draft.text ? "fast" : (settings?.pace ?? "fast")];
  const fits = (draft: Draft, text: string): boolean => (field.maxLength() ?? Infinity) >= draft.text.length + text.length;

  // ── what is offered ──
  function hide(): void {
    offer = null;
    clearTimeout(timers.show);
    clearTimeout(timers.speak);
    ghost.hide();
  }
  function show(next: Offer, isNew: boolean, keyAt?: number): void {
    offer = next;
    ghost.show(next.text, keyAt);
    if (isNew) record.presented();
    clearTimeout(timers.speak);
    timers.speak = window.setTimeout(speak, SPOKEN_AFTER_MS);
    timers.checked ??= window.setInterval(check, CHECKED_EVERY_MS);
  }
  function speak(): void {
    if (!offer || offer.text === spoken || settings?.speech === "off") return;
    spoken = offer.text;
    const text = settings?.speech === "full" ? offer.text : offer.text.slice(0, BRIEF_CHARACTERS);
    const key = settings?.keymap[isPassing(settings.keymap.accept, draftNow()) ? "accept-at-end" : "accept"] ?? "";
    port.tell({ kind: "announce", text: `${text.trim()} · ${key}`, isGhost: true });
  }
  function propose(draft: Draft, text: string | null, from: Provenance, id: string | null, keyAt?: number): void {
    if (!text || draft.text === hiddenFor || !fits(draft, text)) return hide();
    show({ base: draft.text, text, about: from, id, since: now() }, true, keyAt);
  }
  /** Show what fits the draft now: what is left of the offer, or a new one. */
  function look(draft: Draft, keyAt?: number): void {
    if (draft.text !== hiddenFor) hiddenFor = null;
    if (!mayHelp(draft)) return hide();
    const rest = offer && typedThrough(offer, draft.text);
    if (rest) return show(rest, false, keyAt);
    const pace = paceFor(draft);
    if (pace?.show === 0) return complete(draft, keyAt);
    hide();
    if (pace) timers.show = window.setTimeout(() => complete(draftNow()), pace.show);
  }
  function complete(draft: Draft, keyAt?: number): void {
    others = null;
    propose(draft, (mayHelp(draft) && pack?.complete(draft.text)) || null, about, null, keyAt);
  }
  function cycle(step: number): void {
    const draft = draftNow();
    if (others?.base !== draft.text) others = { base: draft.text, texts: pack?.alternatives(draft.text) ?? [], at: 0 };
    const { base, texts } = others;
    if (texts.length < 2) return;
    others = { base, texts, at: (others.at + step + texts.length) % texts.length };
    propose(draft, texts[others.at] ?? null, about, null);
  }

  // ── what the session hears ──
  function tellDraft({ text, end }: Draft, needs: "nothing" | "pack" | "now"): void {
    if (conversationId && field.isOpen()) port.tell({ kind: "draft", seq: ++seq, text, cursor: end, needs });
  }
  /** Ask for a new pack only where this one has been left, or is about to be, and the agent rests for a moment. */
  function askLater(): void {
    clearTimeout(timers.ask);
    const pace = paceFor(draftNow());
    if (pace) timers.ask = window.setTimeout(askIfDue, pace.ask);
  }
  function askIfDue(): void {
    const draft = draftNow();
    if (!isQuiet && isAtEnd(draft) && (!pack || pack.isDue(draft.text))) tellDraft(draft, "pack");
  }
  function ask(): void {
    const draft = draftNow();
    [askedFor, hiddenFor] = [draft.text, null];
    look(draft);
    tellDraft(draft, "now");
  }
  function changed(isTyped: boolean, keyAt?: number): void {
    if (isComposing || isInserting) return;
    const draft = draftNow();
    changedAt = now();
    record.changed(draft.text, isTyped);
    slots = unfilled(slots, draft.text);
    look(draft, keyAt);
    tellDraft(draft, "nothing");
    askLater();
    if (record.text) timers.checked ??= window.setInterval(check, CHECKED_EVERY_MS);
    else record.dropped(); // the agent's own deletion
  }

  // ── what is put in ──
  async function put(range: readonly [number, number], text: string): Promise<boolean> {
    isInserting = true;
    try {
      return await field.insert(range, text);
    } finally {
      isInserting = false;
    }
  }
  async function accept(part: string): Promise<void> {
    const { about: from, id, base } = offer!;
    if (part === offer!.text) hide();
    const isConfirmed = await put([base.length, base.length], part);
    if (isConfirmed) {
      const chosen = { setId: from.setId, suggestionId: id };
      record.inserted(draftNow().text, part, "PHRASE_AUTOCOMPLETE", chosen);
      port.tell({ kind: "feedback", event: { kind: "accepted", source: "completion", set_id: from.setId, suggestion_id: id, model_version: from.modelVersion, settings_version: from.settingsVersion } });
      port.tell({ kind: "announce", text: part.trim(), isGhost: false });
    } else hiddenFor = base; // this page takes nothing: nor shall a key be taken for it again
    changed(true);
  }
  async function insert({ id, text, how, about: from }: Extract<Signal, { kind: "insert" }>): Promise<void> {
    hide();
    const draft = draftNow();
    const placed = insertionOf(draft, text);
    const isConfirmed = !isComposing && field.isOpen() && fits({ ...draft, text: draft.text.slice(placed.range[1] - placed.range[0]) }, placed.text) && (await put(placed.range, placed.text));
    port.tell({ kind: "inserted", id, isConfirmed });
    if (!isConfirmed) return;
    const whole = draftNow().text;
    record.inserted(whole, placed.text, AUGMENTATION[how], { setId: from.setId, suggestionId: from.suggestionId });
    slots = unfilled([...new Set([...slots, ...slotsIn(text)])], whole);
    jump(placed.range[0]);
    changed(true);
  }
  /** To the next placeholder; false when all are filled. */
  function jump(from: number): boolean {
    const place = nextSlot(slots, draftNow().text, from);
    if (place) field.select(place);
    return !!place;
  }

  // ── keys ──
  const KEYS: Readonly<Record<KeyName, (event: KeyboardEvent) => boolean>> = {
    accept: ({ key }) => (mayAccept() && !isPassing(key, draftNow()) ? (void accept(offer!.text), true) : slots.length > 0 && !offer && jump(draftNow().end)),
    "accept-word": () => mayAccept() && (void accept(nextWord(offer!.text)), true),
    "accept-at-end": () => mayAccept() && (void accept(offer!.text), true),
    hide: () => !!offer && (escape(), true),
    next: () => !!offer && (cycle(1), true),
    previous: () => !!offer && (cycle(-1), true),
    ask: () => !isQuiet && !!conversationId && field.isOpen() && (ask(), true),
    "insert-1": () => command(1),
    "insert-2": () => command(2),
    "insert-3": () => command(3),
    panel: () => (port.tell({ kind: "command", command: { name: "focus-panel" } }), true),
  };
  function mayAccept(): boolean {
    const draft = draftNow(); // the page may have put another text there without telling
    return !!offer && !isInserting && now() - offer.since >= GUARD_MS && isAtEnd(draft) && draft.text === offer.base;
  }
  /** Somebody who tabs through the page means to go on: in an empty field Tab is theirs until they have done something here. */
  function isPassing(key: string, { text }: Draft): boolean {
    return key === "Tab" && !hasActed && !text.trim();
  }
  function command(number: number): boolean {
    if (!isQuiet && conversationId) port.tell({ kind: "command", command: { name: "insert-suggestion", number } });
    return !isQuiet && !!conversationId;
  }
  function escape(): void {
    hiddenFor = draftNow().text;
    hide();
    escapes = [...escapes, now()].filter((at) => now() - at < BOTHERED.withinMs);
    if (escapes.length < BOTHERED.times) return;
    escapes = [];
    port.tell({ kind: "bothered" });
  }
  function take(event: Event): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  function onKey(event: KeyboardEvent): void {
    if (!event.isTrusted && event.defaultPrevented) return;
    if (event.isComposing || event.keyCode === 229 || isComposing) return record.key();
    if (!settings || isModifier(event)) return;
    hasActed ||= event.key !== "Tab";
    pressedAt = event.key.length === 1 ? event.timeStamp : null;
    const name = nameOf(event, settings.keymap, { direction: field.direction(), isMac });
    if (name && KEYS[name](event)) return take(event);
    if (event.key === "Enter") sendButton.typed();
    if (event.key === "Enter") return event.shiftKey ? undefined : holdUnfilled(event); // a new line is counted as it comes
    if (!/^(Tab|Escape)$/.test(event.key)) record.key();
  }
  /** Once for a text: the agent may mean it. */
  function holdUnfilled(event: Event): void {
    const { text } = draftNow();
    const left = unfilled(slots, text);
    if (!left.length || warnedOf === text) return;
    warnedOf = text;
    take(event);
    port.tell({ kind: "unfilled", slots: left });
  }
  /** Keys that hold anywhere in the page. */
  function onPageKey(event: KeyboardEvent): void {
    if (!settings || event.defaultPrevented || event.isComposing || event.composedPath().includes(element)) return;
    const name = nameOf(event, settings.keymap, { direction: "ltr", isMac });
    if (name && /^(insert|panel)/.test(name) && KEYS[name](event)) take(event);
  }

  // ── sending ──
  function sent(text?: string): void {
    const made = record.sent(text);
    sendButton.sent();
    hide();
    slots = [];
    warnedOf = null;
    stopChecking();
    if (made) port.tell({ kind: "sent", record: made });
    tellDraft(draftNow(), "nothing");
  }
  /** What the page did since the last key: it sent the message, or put another text there. */
  function catchUp(): void {
    if (isComposing || isInserting) return;
    const { text } = field.read();
    if (record.text.trim() && !text.trim()) sent();
    else record.changed(text, false);
  }
  function onBeforeInput(event: Event): void {
    hasActed = true;
    catchUp();
    sendButton.typed();
    cause = { kind: event.isTrusted && event instanceof InputEvent ? event.inputType : "", at: pressedAt ?? event.timeStamp };
    pressedAt = null;
  }
  /** The text may be another: after the agent's own doing, which `beforeinput` told of, or the page's. */
  function onChange(event?: Event): void {
    const { kind, at } = cause ?? { kind: event?.isTrusted && event instanceof InputEvent ? event.inputType : "", at: event?.timeStamp };
    cause = null;
    const isOwn = /^(delete|history)/.test(kind);
    if (!isOwn && !isInserting && !isComposing && record.text.trim() && !field.read().text.trim()) return sent(); // the page emptied it
    if (/^insert(LineBreak|Paragraph)$/.test(kind)) record.key();
    changed(isOwn || /^insert(Text|CompositionText|ReplacementText|LineBreak|Paragraph)$/.test(kind), at);
  }
  /** What no event told. */
  function check(): void {
    const draft = draftNow();
    if (!record.text && !offer) return stopChecking();
    if (isComposing || isInserting) return;
    if (offer && offer.base !== draft.text) look(draft);
    ghost.follow();
    // Not at the first look: a page that goes to another conversation empties the field too, and tells a moment later.
    const isEmptied = !!record.text && !draft.text.trim();
    if (isEmptied && wasEmptied) return sent();
    wasEmptied = isEmptied;
  }
  function stopChecking(): void {
    clearInterval(timers.checked);
    delete timers.checked;
    wasEmptied = false;
  }

  function hear(signal: Signal): void {
    switch (signal.kind) {
      case "turn":
        if (signal.conversationId === conversationId) return;
        conversationId = signal.conversationId;
        [pack, others, hiddenFor, askedFor, slots, spoken] = [null, null, null, null, [], ""];
        clearTimeout(timers.ask);
        stopChecking();
        record.dropped();
        sendButton.turned();
        record.changed(field.read().text, false);
        record.begins();
        return hide();
      case "pack": {
        if (signal.conversationId !== conversationId) return;
        [pack, about] = [openPack(signal.pack), signal.about];
        record.begins();
        if (offer) return;
        look(draftNow());
        return askLater(); // the draft may have left this one too
      }
      case "completion": {
        const draft = draftNow();
        if (signal.conversationId !== conversationId || signal.draft !== draft.text || offer || !mayHelp(draft) || !paceFor(draft)) return;
        if (askedFor !== draft.text && now() - changedAt > LATE_MS) return;
        return propose(draft, signal.completion?.text ?? null, signal.about, signal.completion?.id ?? null);
      }
      case "insert":
        return void insert(signal);
      case "settings":
        if (signal.settings.pace !== settings?.pace) hide();
        settings = signal.settings;
        return description.say(isQuiet ? null : settings);
      case "quiet":
        isQuiet = signal.isQuiet;
        description.say(isQuiet ? null : settings);
        return isQuiet ? hide() : look(draftNow());
      case "focus":
        return field.focus();
    }
  }

  const early = { signal: events.signal, capture: true };
  const page = element.ownerDocument;
  element.addEventListener("input", onChange, { signal: events.signal });
  element.addEventListener("beforeinput", onBeforeInput, early);
  // An editor that takes every key for itself changes its page a moment later, and no event tells.
  const watch = new MutationObserver(() => field.read().text !== record.text && onChange());
  if (element.isContentEditable) watch.observe(element, { childList: true, characterData: true, subtree: true });
  element.addEventListener("keydown", onKey, early);
  element.addEventListener("compositionstart", () => ((isComposing = true), hide()), early);
  element.addEventListener("compositionend", () => ((isComposing = false), setTimeout(() => changed(true))), early);
  element.addEventListener("pointerdown", () => (hasActed = true), early);
  element.addEventListener("blur", () => ((hasActed = false), hide()), early);
  element.addEventListener("focus", () => look(draftNow()), early);
  page.addEventListener("selectionchange", () => offer && !isInserting && !isAtEnd(draftNow()) && hide(), { signal: events.signal });
  page.addEventListener("keydown", onPageKey, { signal: events.signal });
  element.closest("form")?.addEventListener("submit", holdUnfilled, early);
  page.addEventListener("click", (event) => sendButton.isPressed(event) && holdUnfilled(event), early);
  const stopHearing = port.onSignal(hear);

  return {
    sent,
    disconnect() {
      stopHearing();
      events.abort();
      watch.disconnect();
      for (const timer of Object.values(timers)) clearTimeout(timer); // an interval ends so too
      ghost.dispose();
      description.dispose();
    },
  };
}
