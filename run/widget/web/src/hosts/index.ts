/** The host of a frame page: one of the platforms, chosen by the page's own address. Each is loaded only when chosen. */
import type { Host } from "../contract";
import { mayCopy } from "./clipboard";
import { settingsIn } from "./frame_settings";
import type { FrameSettings } from "./frame_settings";
import { NotThisHost } from "./host_page";
import type { HostPage } from "./host_page";
import { handOver } from "./sign_in/popup";
import { comeBack } from "./sign_in/redirect";

export { copyText } from "./clipboard";
export { NotThisHost } from "./host_page";
export type { FrameSettings } from "./frame_settings";

type Factory = (given: HostPage) => Host;

/**
 * Rejects with NotThisHost, whose message is a sentence for an administrator, when the address or the page around us is
 * not as the platform makes it. Never settles in a window that was only opened to sign in: that one passes on what the
 * platform answered, and closes.
 */
export async function hostFor(
  platform: string,
  query: URLSearchParams,
  settings: FrameSettings = settingsIn(document),
  page: Window = window,
): Promise<Host> {
  if (handOver(page, query)) return new Promise(() => undefined);
  const back = comeBack(page, query);
  const make = await factoryOf(platform);
  return make({ page, settings, query: back?.query ?? query, returned: back?.returned ?? null, canCopy: await mayCopy(page) });
}

async function factoryOf(platform: string): Promise<Factory> {
  switch (platform) {
    case "genesys":
      return (await import("./genesys")).genesys;
    case "salesforce":
      return (await import("./salesforce")).salesforce;
    case "liveperson":
      return (await import("./liveperson")).liveperson;
    case "ringcentral":
      return (await import("./ringcentral")).ringcentral;
    default:
      throw new NotThisHost(`no host is called ${platform}`);
  }
}
