/** Content types (RFC 9110 §8.3.1). */
export interface MediaType {
  /** `type/subtype`, in lower case. */
  readonly essence: string;
  /** By names in lower case; values without quotes and escapes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const ESSENCE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*`);
const PARAMETER = new RegExp(`^;[ \\t]*(?:(${TOKEN})=(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*`);

/** Reads a Content-Type; `undefined` for what is none, or names a parameter twice. */
export function parseMediaType(text: string): MediaType | undefined {
  const [head, essence] = ESSENCE.exec(text) ?? [];
  if (head === undefined || essence === undefined) return undefined;
  const parameters = new Map<string, string>();
  let rest = text.slice(head.length);
  while (rest !== '') {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) return undefined;
    const [whole, name, token, quoted] = parameter;
    if (name !== undefined) {
      const key = name.toLowerCase();
      // safety: two readers of one header may take one of two values each (T66).
      if (parameters.has(key)) return undefined;
      parameters.set(key, token ?? (quoted ?? '').replace(/\\(.)/g, '$1'));
    }
    rest = rest.slice(whole.length);
  }
  return { essence: essence.toLowerCase(), parameters };
}
