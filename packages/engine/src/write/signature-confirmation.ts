import type { XmlWriter } from '@parley/codec';
import { UNQUALIFIED } from '@parley/codec/internal';
import { WSSE11, WSU_ID } from './names.ts';

const SIGNATURE_CONFIRMATION = WSSE11.name('SignatureConfirmation');
const VALUE = UNQUALIFIED.name('Value');

/** wsse11:SignatureConfirmation (WSS 1.1 §8.5); without a value, it confirms a request that was not signed. */
export function writeSignatureConfirmation(writer: XmlWriter, id: string, valueBase64: string | undefined): void {
  if (valueBase64 === undefined) writer.element(SIGNATURE_CONFIRMATION, '', [[WSU_ID, id]]);
  else {
    writer.element(SIGNATURE_CONFIRMATION, '', [
      [VALUE, valueBase64],
      [WSU_ID, id],
    ]);
  }
}
