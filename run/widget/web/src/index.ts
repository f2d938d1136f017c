/** The script that the loader brings: from here on `<earpiece-widget>` works in this page. */
import { EarpieceWidget } from "./element";

// A page may load us twice; the first stays.
if (!customElements.get("earpiece-widget")) customElements.define("earpiece-widget", EarpieceWidget);
