/** The vendor's own script, only when its platform was chosen, and only from the address that was named. */

/** To be listed in the frame's `trusted-types`. */
export const POLICY = "earpiece-sdk";

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): { createScriptURL(address: string): unknown };
}

/** Resolves when the script has run; rejects when it cannot be had. It stays: a script cannot be taken back. */
export function loadScript(page: Window, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = page.document.createElement("script");
    script.src = trusted(page, address) as string;
    script.async = true;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("the platform's script did not load"));
    page.document.head.append(script);
  });
}

function trusted(page: Window, address: string): unknown {
  const types = (page as Window & { trustedTypes?: TrustedTypes }).trustedTypes;
  return types ? types.createPolicy(POLICY, { createScriptURL: () => address }).createScriptURL(address) : address;
}
