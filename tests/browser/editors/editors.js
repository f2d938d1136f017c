// One page for each editor that hosts use; `#reply` is the field, `model()` what the editor would send.
const MAKE = {
  async react(place) {
    const { createElement, useState } = await import("react");
    const { createRoot } = await import("react-dom/client");
    let sent = "";
    function Reply() {
      const [text, setText] = useState("");
      sent = text;
      return createElement("textarea", { id: "reply", value: text, onChange: (event) => setText(event.target.value) });
    }
    createRoot(place).render(createElement(Reply));
    return () => sent;
  },
  async quill(place) {
    const { default: Quill } = await import("quill");
    const editor = new Quill(place);
    editor.root.id = "reply";
    return () => editor.getText().replace(/\n$/, "");
  },
  async prosemirror(place) {
    const { EditorState } = await import("prosemirror-state");
    const { EditorView } = await import("prosemirror-view");
    const { schema } = await import("prosemirror-schema-basic");
    const { history, undo, redo } = await import("prosemirror-history");
    const { keymap } = await import("prosemirror-keymap");
    const { baseKeymap } = await import("prosemirror-commands");
    const plugins = [history(), keymap({ "Mod-z": undo, "Mod-Shift-z": redo }), keymap(baseKeymap)];
    const view = new EditorView(place, { state: EditorState.create({ schema, plugins }) });
    view.dom.id = "reply";
    return () => view.state.doc.textBetween(0, view.state.doc.content.size, "\n");
  },
  async lexical(place) {
    const { createEditor, $createParagraphNode, $getRoot } = await import("lexical");
    const { registerPlainText } = await import("@lexical/plain-text");
    const { registerHistory, createEmptyHistoryState } = await import("@lexical/history");
    const editor = createEditor({ onError: (error) => console.error(error) });
    place.contentEditable = "true";
    place.id = "reply";
    editor.setRootElement(place);
    registerPlainText(editor);
    editor.update(() => $getRoot().append($createParagraphNode()), { discrete: true });
    registerHistory(editor, createEmptyHistoryState(), 300);
    return () => editor.getEditorState().read(() => $getRoot().getTextContent().replace(/\n\n/g, "\n"));
  },
  async slate(place) {
    const { createElement } = await import("react");
    const { createRoot } = await import("react-dom/client");
    const { createEditor } = await import("slate");
    const { Slate, Editable, withReact } = await import("slate-react");
    const { withHistory } = await import("slate-history");
    const editor = withHistory(withReact(createEditor()));
    const initialValue = [{ type: "paragraph", children: [{ text: "" }] }];
    createRoot(place).render(createElement(Slate, { editor, initialValue }, createElement(Editable, { id: "reply" })));
    return () => editor.children.map((node) => node.children.map((leaf) => leaf.text).join("")).join("\n");
  },
  async editable(place) {
    place.contentEditable = "true";
    place.id = "reply";
    return () => place.innerText.replace(/\n$/, "");
  },
  // What takes no text from outside: an insertion is undone at once.
  async stubborn(place) {
    place.innerHTML = '<textarea id="reply"></textarea>';
    const reply = place.firstChild;
    let last = "";
    reply.addEventListener("input", (event) => {
      if (event.isTrusted && event.data?.length === 1) last = reply.value;
      else requestAnimationFrame(() => (reply.value = last));
    });
    return () => last;
  },
};

const wanted = new URLSearchParams(location.search).get("editor");
window.model = await MAKE[wanted](document.querySelector("#place"));
