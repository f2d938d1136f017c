/** RingCentral's frames beside us in a page of the account: what the hosts tell, and what they put in. */
import type { ConversationRef, Host } from "../../src/contract";
import { embeddable, ringcxDigital } from "../../src/hosts/ringcentral_page";

const makers = { embeddable, ringcxDigital };

async function startHost(kind: keyof typeof makers, origin: string): Promise<void> {
  const frame = document.querySelector<HTMLIFrameElement>("#rc-widget-adapter-frame")!;
  const host: Host = makers[kind]({ page: window, frame, origin, canCopy: true, getToken: () => Promise.resolve(null) });
  const told: (ConversationRef | null)[] = [];
  const stop = await host.start({ conversation: (ref) => void told.push(ref), ended: () => undefined });
  Object.assign(window, { host, told, stop });
}

Object.assign(window, { startHost });
