/** What a step of a sequence asks to be done `before` its message comes: an action, or several. */

export type Preparation =
  /** Cancels a context; that of the step's message when no identifier is given. */
  | { readonly action: 'cancel'; readonly identifier: string | undefined }
  /** A node comes back without what it held in memory. */
  | { readonly action: 'restart' }
  | { readonly action: 'unknown'; readonly text: string };

const VERB_FIELDS = ['action', 'do', 'type', 'operation'];
const IDENTIFIER_FIELDS = ['identifier', 'context', 'contextIdentifier', 'contextId'];

/** Reads `before`: a string (`cancel`, `cancel urn:…`, `cancel:urn:…`), an object (`{"action": "cancel", …}`), or an array of these. */
export function preparationsOf(before: unknown): readonly Preparation[] {
  if (before === undefined || before === null) return [];
  if (Array.isArray(before)) return before.flatMap((entry: unknown) => preparationsOf(entry));
  if (typeof before === 'string') return [preparationOf(before, before)];
  if (typeof before !== 'object') return [{ action: 'unknown', text: String(before) }];
  const fields = new Map<string, unknown>(Object.entries(before));
  const identifier = firstText(fields, IDENTIFIER_FIELDS);
  const verb = firstText(fields, VERB_FIELDS);
  if (verb !== undefined) return [preparationOf(verb, identifier ?? verb)];
  // {"cancel": "urn:…"}
  return [...fields].map(([name, value]) =>
    preparationOf(name, typeof value === 'string' ? value : (identifier ?? '')),
  );
}

function preparationOf(verb: string, identifierText: string): Preparation {
  if (/cancel/i.test(verb)) return { action: 'cancel', identifier: uriIn(identifierText) };
  if (/restart|reboot/i.test(verb)) return { action: 'restart' };
  return { action: 'unknown', text: verb.slice(0, 64) };
}

function uriIn(text: string): string | undefined {
  // The verb and its colon would pass for a URI with a scheme of its own.
  const named = text.replace(/^\s*cancel[a-z-]*[\s:]+/i, '');
  return /[a-z][a-z0-9+.-]*:\S+/i.exec(named)?.[0];
}

function firstText(fields: ReadonlyMap<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields.get(name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}
