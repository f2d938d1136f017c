/** Whether text can be copied here: a frame may have been denied it, and then no button should promise it. */

interface Policy {
  allowsFeature(name: string): boolean;
}

/** Asks nobody: what the frame's permissions policy says, then what the browser remembers. */
export async function mayCopy(page: Window): Promise<boolean> {
  const { clipboard, permissions } = page.navigator;
  if (!clipboard?.writeText) return false; // no secure context
  const policy = (page.document as Document & { featurePolicy?: Policy }).featurePolicy;
  if (policy && !policy.allowsFeature("clipboard-write")) return false;
  const status = await permissions?.query({ name: "clipboard-write" as PermissionName }).catch(() => null);
  return status?.state !== "denied";
}

/**
 * Copy from a frame; false when the browser does not let us. Our buttons leave the focus in the platform's composer, and
 * a document without focus may not write: then the frame takes it, while the agent's click still counts.
 */
export async function copyText(page: Window, text: string): Promise<boolean> {
  if (!page.document.hasFocus()) page.focus();
  return page.navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
