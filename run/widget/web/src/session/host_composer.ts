/** The field side where the platform puts texts into its composer, and there is no field of ours to see keys in. */
import type { Disconnect, Signal, TypingPort } from "../contract";
import { AUGMENTATION } from "../feedback/augmentation";

type Insert = Extract<Signal, { kind: "insert" }>;

export interface HostComposer {
  /** The platform says what was sent. No keys were seen, so none are told. */
  sent(text: string): void;
  disconnect: Disconnect;
}

export function connectComposer(port: TypingPort, insert: (text: string) => Promise<boolean>): HostComposer {
  let put: Insert[] = []; // since the last message
  const disconnect = port.onSignal((signal) => {
    if (signal.kind === "turn") put = [];
    if (signal.kind !== "insert") return;
    const told = (isConfirmed: boolean): void => {
      if (isConfirmed) put.push(signal);
      port.tell({ kind: "inserted", id: signal.id, isConfirmed });
    };
    insert(signal.text).then(told, () => told(false));
  });
  return {
    disconnect,
    sent(text) {
      const edited = put.filter((one) => !text.includes(one.text));
      const isMore = text.trim() !== put.map((one) => one.text.trim()).join(" ");
      const [first] = put;
      port.tell({
        kind: "sent",
        record: {
          augmentation_types: [...put.map(({ how }) => AUGMENTATION[how]), ...(isMore ? (["FREEHAND"] as const) : [])],
          edit_count: edited.length,
          sent_character_count: [...text].length,
          ...(first && { set_id: first.about.setId, suggestion_id: first.about.suggestionId }),
        },
      });
      put = [];
    },
  };
}
