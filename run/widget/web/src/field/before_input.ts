/** Tells the page what is about to happen to the field's text, as the browser does; false: an editor has done it. */
export function beforeInput(element: HTMLElement, inputType: string, data: string | null = null): boolean {
  return element.dispatchEvent(new InputEvent("beforeinput", { inputType, data, bubbles: true, cancelable: true, composed: true }));
}
