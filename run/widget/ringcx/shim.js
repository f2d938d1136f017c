/*
 * Earpiece in RingCX Digital's App SDK. This code runs in RingCX's sandbox, which knows SMCC, JSON and console and
 * nothing else: no clock, no DOM, no network. It opens the widget's frame and answers it; it keeps no text.
 * Set FRAME to your account's frame page, put the file at a public https address, and name that address under
 * "Source code URL(s)" of the app (Admin › Dev tools › Developed applications).
 */
(function () {
  var FRAME = "https://assist.example.com/w/acme/ringcentral";
  var ORIGIN = FRAME.split("/").slice(0, 3).join("/");
  var IFRAME = "earpiece";

  function openFrame() {
    SMCC.Window.open({ iframeURL: FRAME, url: FRAME, iframeId: IFRAME, title: "Earpiece", modal: false, width: 380, height: 640 });
  }

  function currentThread() {
    var thread = SMCC.ContentThread.current();
    return thread ? String(thread.id()) : null;
  }

  function answer(name, data) {
    SMCC.Window.sendPostMessage(IFRAME, name, data);
  }

  function tellContext() {
    answer("earpiece-context", { thread: currentThread() });
  }

  /* Only into the thread that the frame speaks of: the agent may have gone on while it did. */
  function insert(data) {
    var isChosen = data && typeof data.text === "string" && data.thread === currentThread();
    var before = isChosen ? SMCC.ContentForm.read() : null;
    if (isChosen) SMCC.ContentForm.insert(data.text);
    answer("earpiece-inserted", { request: data && data.request, isInserted: isChosen && SMCC.ContentForm.read() !== before });
  }

  function fromFrame(act) {
    return function (data, origin) {
      if (origin === ORIGIN) act(data);
    };
  }

  SMCC.Window.acceptPostMessageOrigin(ORIGIN);
  SMCC.Window.onPostMessage("earpiece-context", fromFrame(tellContext));
  SMCC.Window.onPostMessage("earpiece-insert", fromFrame(insert));
  SMCC.Task.onComplete(tellContext);
  SMCC.Content.onExtraActionsShow(function () {
    this.addExtraActionButton({ label: "Earpiece", onClick: openFrame });
  });
  SMCC.onLoad(openFrame);
})();
