/** What we use of the WebAssembly object, which the language's own library does not describe. */
interface Assembly {
  readonly validate: (octets: Uint8Array) => boolean;
  readonly Module: new (octets: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/**
 * The exports of a module given in base64; `undefined` where Node.js runs without WebAssembly (`--jitless`) or the processor
 * cannot run this one.
 */
export function instantiate(moduleBase64: string, imports: object): object | undefined {
  const { WebAssembly } = globalThis as { WebAssembly?: Assembly };
  if (WebAssembly === undefined) return undefined;
  // Not by base64.ts, which needs a module itself.
  const octets = Uint8Array.from(atob(moduleBase64), (character) => character.charCodeAt(0));
  return WebAssembly.validate(octets)
    ? new WebAssembly.Instance(new WebAssembly.Module(octets), imports).exports
    : undefined;
}
