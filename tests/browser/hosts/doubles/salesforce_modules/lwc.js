/** What the compiler needs is compiled away before a browser sees it: the decorators' names stay imported. */
export class LightningElement {}
export const api = Symbol("api");
export const wire = Symbol("wire");
