const CHARACTERS_MAX = 64;

/**
 * What was given, for whoever gave it: what it is, and of numbers and flags which.
 * safety: of a text only its length, for it may be a password in the wrong place.
 */
export function got(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
      return String(value);
    case 'string':
      return `a string of ${value.length}`;
    case 'object':
      return value === null ? 'null' : nameOf(value);
    default:
      return `a ${typeof value}`;
  }
}

/** What was given where a name of ours is wanted: the text itself, cut. */
export function gotName(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, CHARACTERS_MAX)) : got(value);
}

function nameOf(value: object): string {
  try {
    return objectName(value);
  } catch {
    // A proxy of the caller's.
    return 'an object';
  }
}

function objectName(value: object): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const made: unknown = value.constructor;
  const name = typeof made === 'function' && made !== Object ? made.name : '';
  return name === '' ? 'an object' : `an object: ${name.slice(0, CHARACTERS_MAX)}`;
}
