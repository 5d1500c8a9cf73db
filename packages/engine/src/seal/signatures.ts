/** The signatures that `seal` writes: that of the message, and one over it. */
import { XmlWriter } from '@parley/codec';
import type { SignedReference } from '../write/signature.ts';
import { openSignedInfo, writeSignature } from '../write/signature.ts';
import { assertionSigner } from './assertion-signer.ts';
import { CertificateSigner } from './certificate-signer.ts';
import { encryptWritten } from './encrypt-parts.ts';
import type { MessageToken, Signer } from './message-keys.ts';
import type { Sealing } from './sealing.ts';
import { referenceFrom } from './signed-references.ts';

/** A ds:Signature to be written. */
export interface SignatureRequest {
  readonly id: string;
  /** Of the EncryptedData that it becomes. */
  readonly dataId: string | undefined;
  readonly signer: Signer;
  readonly references: readonly SignedReference[];
}

/** A signature over the signature of the message. */
export interface Endorsement extends Omit<SignatureRequest, 'references'> {
  readonly tokens: readonly MessageToken[];
}

/** The second signature, if one is asked for; it is encrypted where the first one is. */
export function endorsementOf(sealing: Sealing): Endorsement | undefined {
  const { assertions, ids, suite } = sealing;
  const { endorse, encrypt } = sealing.request;
  if (endorse === undefined) return undefined;
  const signer: Signer & { readonly token?: MessageToken | undefined } =
    'assertion' in endorse
      ? assertionSigner(endorse, assertions.of(endorse.assertion), suite)
      : new CertificateSigner(endorse, suite, ids);
  return {
    id: ids.fresh(),
    signer,
    tokens: signer.token === undefined ? [] : [signer.token],
    dataId: encrypt === 'body-and-signature' ? ids.fresh() : undefined,
  };
}

/** Writes the Signature of the message and the one over it; gives their values. */
export function writeSignatures(
  sealing: Sealing,
  writer: XmlWriter,
  signature: SignatureRequest,
  endorsement: Endorsement | undefined,
): readonly string[] {
  // SignedInfo with an STR-Transform uses a prefix that the header declares; others use none.
  const isApart =
    endorsement !== undefined ||
    signature.dataId !== undefined ||
    signature.references.some(({ isDereferenced }) => isDereferenced === true);
  return isApart ? writeApart(sealing, writer, signature, endorsement) : [sign(sealing, writer, signature)];
}

/**
 * Writes a Signature that will be read without what is around it now, hence with a writer of its own: encrypted, endorsed
 * by another one that follows it, or both.
 */
function writeApart(
  sealing: Sealing,
  writer: XmlWriter,
  signature: SignatureRequest,
  endorsement: Endorsement | undefined,
): readonly string[] {
  const { written } = sealing.workspace;
  const start = written.length;
  const value = sign(sealing, new XmlWriter(written), signature);
  const endorsed = endorsement === undefined ? [] : [referenceFrom(sealing, signature.id, start)];
  if (signature.dataId !== undefined) encryptWritten(sealing, writer, start, signature.dataId);
  if (endorsement === undefined) return [value];
  return [value, ...writeApart(sealing, writer, { ...endorsement, references: endorsed }, undefined)];
}

function sign(
  { digest, workspace: { sink } }: Sealing,
  writer: XmlWriter,
  { id, signer, references }: SignatureRequest,
): string {
  const { headroomBytes } = signer;
  let value = '';
  writeSignature(writer, {
    id,
    signedInfo: { method: signer.method, digest, references },
    valueBase64: (start, end) => {
      sink.reset();
      sink.reserve(headroomBytes);
      sink.length = headroomBytes;
      openSignedInfo(new XmlWriter(sink));
      sink.write(writer.sink.bytes, start, end);
      value = signer.valueBase64(sink.bytes, headroomBytes, sink.length);
      return value;
    },
    writeReference: (inner) => signer.writeReference(inner),
  });
  return value;
}
