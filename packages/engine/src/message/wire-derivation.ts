/** A derivation as a message asks for it (WS-SC §7). */
export interface WireDerivation {
  /** `undefined` for the default. */
  readonly label: string | undefined;
  readonly nonce: Uint8Array;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly implied: boolean;
}
