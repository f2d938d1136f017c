/** The desk: conversations on the left, the open one in the middle, Earpiece's widget and what happened behind it. */
import { createAssist } from "./assist.js";
import { createAutopilot } from "./autopilot.js";
import { act, get, listen } from "./backend.js";
import { createBehind } from "./behind.js";
import { createComposer } from "./composer.js";
import { createConversations } from "./conversations.js";
import { createGuide } from "./guide.js";
import { createQueue } from "./queue.js";
import { createTalk } from "./talk.js";
import { createTheme } from "./theme.js";

const byId = (id) => document.getElementById(id);
const said = byId("said");
const conversations = createConversations();
const guide = createGuide(byId("guide"));
const behind = createBehind(byId("behind"));
const assist = createAssist(byId("assist"), onWidget);
const talk = createTalk(byId("talk"), { takeOver: (id) => tell(id, "take-over"), handOver: (id) => tell(id, "hand-over"), end });
const composer = createComposer(talk.writing, { onSent, onFailed: (error) => tellPeople(error.message) });
const queue = createQueue(byId("queue"), conversations, choose);
const theme = createTheme(byId("theme"), (chosen) => assist.theme(chosen));
let currentId = null;
let clockSkewMs = 0;
let lookedFor = null;

function current() {
  return conversations.get(currentId);
}
function draw() {
  queue(currentId, Date.now() + clockSkewMs);
  const one = current();
  if (!one) return;
  conversations.read(one.id);
  const canWrite = one.is_yours && !one.is_ended;
  talk.draw(one, Date.now() + clockSkewMs);
  composer.draw(one);
  assist.follow(one, canWrite ? composer.field(one) : null);
  behind.draw(one);
  if (canWrite) lookForBeginning(one);
}
/** What is worth typing, once for what the panel shows; never another word under the hands of whoever types one. */
function lookForBeginning(one) {
  const [offer] = assist.offers(one);
  const about = `${one.id} ${offer}`;
  if (!offer || about === lookedFor || composer.field(one).value || guide.has("complete")) return;
  lookedFor = about;
  get(`/api/conversations/${encodeURIComponent(one.id)}/beginning`).then(({ text }) => about === lookedFor && !composer.field(one).value && guide.offer(text), () => undefined);
}
function choose(id) {
  if (!conversations.get(id)) return;
  currentId = id;
  guide.offer((lookedFor = null)); // not known yet
  draw();
  if (!byId("queue").contains(document.activeElement) || current().is_yours) composer.field(current()).focus({ preventScroll: true });
}
/** The first customer is opened for whoever has just come. */
function chooseFirst() {
  const first = conversations.all().find((one) => one.is_yours && !one.is_ended);
  if (!current() && first) choose(first.id);
}
function onSent(one, text) {
  assist.sent(one, text);
  guide.did("send");
}
function end(id) {
  guide.did("end");
  tell(id, "end");
}
function tell(id, what) {
  act(id, what).catch((error) => tellPeople(error.message));
}
function tellPeople(text) {
  said.textContent = text;
  talk.warn(text);
}
function onWidget(name, detail, account) {
  behind.event(name, detail, account);
  if (name === "accepted") guide.did(detail.source === "completion" ? "complete" : "suggest");
}

const autopilot = createAutopilot(
  {
    current, choose, conversations: conversations.all, get: conversations.get, end,
    field: (id) => composer.field(conversations.get(id)),
    widget: assist.widget,
  },
  {
    pace: Number(new URLSearchParams(location.search).get("pace")) || 1,
    say: (text) => talk.caption(`Auto-pilot ${text}`),
    onStop() {
      byId("autopilot").setAttribute("aria-pressed", "false");
      talk.caption("");
    },
  },
); // prettier-ignore
byId("autopilot").addEventListener("click", ({ currentTarget }) => {
  if (autopilot.isOn()) return autopilot.stop();
  currentTarget.setAttribute("aria-pressed", "true");
  autopilot.start();
});
// Whoever takes the keys has them.
byId("talk").addEventListener("keydown", (event) => event.isTrusted && autopilot.isOn() && autopilot.stop());

byId("show-behind").addEventListener("click", ({ currentTarget }) => {
  const isShown = byId("desk").toggleAttribute("data-no-behind") === false;
  currentTarget.setAttribute("aria-expanded", String(isShown));
});
if (innerWidth < 1200) byId("show-behind").click();

listen(
  (told) => {
    clockSkewMs = told.now - Date.now();
    const before = currentId;
    conversations.take(told);
    chooseFirst();
    if (currentId === before) draw();
    if (currentId) guide.did("pick");
  },
  (isThere) => byId("desk").toggleAttribute("data-away", !isThere),
);
setInterval(draw, 1000); // waiting times
theme.draw();
