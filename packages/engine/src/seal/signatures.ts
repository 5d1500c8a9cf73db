/** The signatures that `seal` writes: that of the message, and those over it. */
import { XmlWriter } from '@parley/codec';
import type { SignedReference } from '../write/signature.ts';
import { openSignedInfo, writeSignature } from '../write/signature.ts';
import { assertionSigner } from './assertion-signer.ts';
import { CertificateSigner } from './certificate-signer.ts';
import { encryptWritten } from './encrypt-parts.ts';
import type { MessageToken, Signer } from './message-keys.ts';
import type { SealOptions } from './request.ts';
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

/** The signature of a message. */
export interface FirstSignature extends SignatureRequest {
  /** Of the Timestamp, which is among what it signs or is not. */
  readonly timestampId: string;
}

/** A signature over the signature of the message, or beside it over the Timestamp. */
export interface Endorsement extends Omit<SignatureRequest, 'references'> {
  readonly isBeside: boolean;
  readonly tokens: readonly MessageToken[];
}

/** Signatures over the first one, as they are asked for; they are encrypted where that is. */
export function endorsementsOf(sealing: Sealing): readonly Endorsement[] {
  const { ids, proof, request } = sealing;
  const { endorse, encrypt, proveContext } = request;
  const isBeside = proveContext?.over === 'timestamp';
  const signers: (Pick<Endorsement, 'signer' | 'tokens' | 'isBeside'> | undefined)[] = [
    endorse && { ...endorserOf(sealing, endorse), isBeside: false },
    proof && { signer: proof.signer, tokens: proof.tokens, isBeside },
  ];
  return signers
    .filter((signer) => signer !== undefined)
    .map((signer) => ({
      ...signer,
      id: ids.fresh(),
      dataId: encrypt === 'body-and-signature' ? ids.fresh() : undefined,
    }));
}

function endorserOf(
  { assertions, ids, suite }: Sealing,
  endorse: NonNullable<SealOptions['endorse']>,
): Pick<Endorsement, 'signer' | 'tokens'> {
  const signer: Signer & { readonly token?: MessageToken | undefined } =
    'assertion' in endorse
      ? assertionSigner(endorse, assertions.of(endorse.assertion), suite)
      : new CertificateSigner(endorse, suite, ids);
  return { signer, tokens: signer.token === undefined ? [] : [signer.token] };
}

/** Writes the Signature of the message, what `writeBetween` writes, and those over it or beside it; gives their values. */
export function writeSignatures(
  sealing: Sealing,
  writer: XmlWriter,
  signature: FirstSignature,
  endorsements: readonly Endorsement[],
  writeBetween: () => void,
): readonly string[] {
  // SignedInfo with an STR-Transform uses a prefix that the header declares; others use none.
  const isApart =
    endorsements.length > 0 ||
    signature.dataId !== undefined ||
    signature.references.some(({ isDereferenced }) => isDereferenced === true);
  if (!isApart) return [sign(sealing, writer, signature)];
  const { written } = sealing.workspace;
  const start = written.length;
  const value = sign(sealing, new XmlWriter(written), signature);
  const endorsed = endorsements.length === 0 ? [] : [referenceFrom(sealing, signature.id, start)];
  if (signature.dataId !== undefined) encryptWritten(sealing, writer, start, signature.dataId);
  writeBetween();
  const beside = signature.references.filter(({ id }) => id === signature.timestampId);
  return [
    value,
    ...endorsements.map((each) => {
      const references = each.isBeside ? beside : endorsed;
      return writeApart(sealing, writer, { ...each, references });
    }),
  ];
}

/** Writes a Signature that will be read without what is around it now, hence with a writer of its own. */
function writeApart(sealing: Sealing, writer: XmlWriter, signature: SignatureRequest): string {
  const { written } = sealing.workspace;
  const start = written.length;
  const value = sign(sealing, new XmlWriter(written), signature);
  if (signature.dataId !== undefined) encryptWritten(sealing, writer, start, signature.dataId);
  return value;
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
