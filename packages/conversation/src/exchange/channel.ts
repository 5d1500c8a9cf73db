/** The transport, as far as security rests on it. */
export interface Channel {
  /** Confidential and authenticated towards the responder (TLS): says the caller, who made it. */
  readonly secure: boolean;
  /** SOAPAction header or action parameter, if the transport has one. */
  readonly soapAction?: string | undefined;
}
