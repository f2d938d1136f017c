/**
 * A page's `trusted-types` rules refuse policies made in our world too, while what we write into our own shadow root is
 * not held against them there. So lit-html must not find that there are any. Only this world's global is changed.
 */
Object.defineProperty(globalThis, "trustedTypes", { value: undefined, configurable: true });

export {};
