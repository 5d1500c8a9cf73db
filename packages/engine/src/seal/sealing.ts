import type { Tape } from '@parley/codec';
import { Namespace } from '@parley/codec/internal';
import type { AlgorithmSuite, DigestAlgorithm } from '@parley/core';
import type { Workspace } from '../memory/workspace.ts';
import type { SoapEnvelope } from '../read/soap-envelope.ts';
import type { SoapVersion } from '../write/soap.ts';
import type { CarriedAssertions } from './carried-assertions.ts';
import type { MessageIds } from './message-ids.ts';
import type { MessageKeys } from './message-keys.ts';
import type { SealOptions } from './request.ts';

/** One message on its way through `seal`. */
export interface Sealing {
  readonly tape: Tape;
  readonly envelope: SoapEnvelope;
  readonly ids: MessageIds;
  readonly suite: AlgorithmSuite;
  readonly keys: MessageKeys;
  /** Those of the context that is proven beside. */
  readonly proof?: MessageKeys | undefined;
  readonly assertions: CarriedAssertions;
  readonly digest: DigestAlgorithm;
  readonly request: SealOptions;
  readonly workspace: Workspace;
}

/** The version of SOAP of the message. */
export function soapVersionOf({ soap }: SoapEnvelope): SoapVersion {
  return soap === Namespace.soap11 ? '1.1' : '1.2';
}
