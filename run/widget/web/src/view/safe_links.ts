/** Which links may be shown. No DOM. */
import type { Link } from "../contract";

export interface SafeLink extends Link {
  readonly host: string;
  readonly name: string; // what is read first; the host stands below it
}

/** Links with https to one of these hosts or below them; to any host where the account names none. Others are not shown at all. */
export function safeLinks(links: readonly Link[], hosts: readonly string[]): SafeLink[] {
  return links.flatMap((link) => {
    const host = httpsHost(link.url);
    return host && (!hosts.length || hosts.some((one) => host === one || host.endsWith(`.${one}`))) ? [{ ...link, host, name: nameOf(link, host) }] : [];
  });
}

/** A title that is the address itself says its host twice. */
function nameOf({ title }: Link, host: string): string {
  return title.startsWith(`${host}/`) ? title.slice(host.length) : title || host;
}

function httpsHost(url: string): string | null {
  try {
    const { protocol, hostname, username } = new URL(url);
    // A name before the host ("https://bank.example@elsewhere.example") is there to mislead.
    return protocol === "https:" && !username ? hostname : null;
  } catch {
    return null;
  }
}
