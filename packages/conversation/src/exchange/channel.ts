import type { SoapVersion } from '@parley/engine';

/** The transport, as far as security rests on it. */
export interface Channel {
  /** Confidential and authenticated towards the responder (TLS): says the caller, who made it. */
  readonly secure: boolean;
  /** Who is at the other end, if the transport has authenticated its client (a TLS certificate): a name of the caller's making. */
  readonly client?: string | undefined;
  /** Where it came from, as the transport or a proxy that is trusted says: what bootstraps and wrong passwords are counted by. */
  readonly address?: string | undefined;
  /** SOAPAction header or action parameter, if the transport has one. */
  readonly soapAction?: string | undefined;
  /** The version of SOAP that the transport's headers name; the message must be of it. */
  readonly soapVersion?: SoapVersion | undefined;
}
