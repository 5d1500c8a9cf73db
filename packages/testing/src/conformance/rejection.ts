/** The code of what `promise` rejects with; `no error` if it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'no error';
}

/** The octets of the first key of a context, or of another. */
export function keyOctets(
  context:
    | { readonly keys: readonly { readonly secret: { lend<T>(use: (octets: Uint8Array) => T): T } }[] }
    | undefined,
  index = 0,
): Uint8Array | undefined {
  return context?.keys[index]?.secret.lend((octets) => Uint8Array.from(octets));
}
