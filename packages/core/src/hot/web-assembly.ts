/** What we use of the WebAssembly object, which the language's own library does not describe. */
interface Assembly {
  readonly CompileError: new () => Error;
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
  const module = compiled(WebAssembly, octets);
  return module && new WebAssembly.Instance(module, imports).exports;
}

/** perf: asking first whether it is valid takes as long again. */
function compiled({ Module, CompileError }: Assembly, octets: Uint8Array): object | undefined {
  try {
    return new Module(octets);
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}
