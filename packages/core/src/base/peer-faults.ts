/**
 * What a message, or whoever sent it, can be refused for. A row has the code's SOAP answer and its meaning; then, where it
 * is not `never` and `sender`, whether trying again can help, and who has to act.
 */

// safety: one outward answer, wsse:InvalidSecurity, for everything that a forger could learn from.
export const PEER_FAULTS = {
  // XML: the bytes are not a document we read.
  'peer.xml-malformed': ['Sender', 'Not well-formed XML 1.0 with namespaces.'],
  'peer.xml-dtd-forbidden': ['Sender', 'The document has a DOCTYPE.'],
  'peer.xml-version': ['Sender', 'An XML declaration with a version other than 1.0.'],
  'peer.xml-relative-namespace': ['Sender', 'A namespace name is a relative URI.'],
  'peer.encoding-forbidden': [
    'Sender',
    'The octets are not in an encoding that the reader takes (the default one: UTF-8).',
  ],
  'peer.readers-differ': [
    'Sender',
    'Our scanner and libxml2 do not read the same document; the detail says where.',
    'never',
    'parley',
  ],

  // Limits: larger than the policy allows.
  'peer.limit-message-size': ['Sender', 'The message, or a decrypted form of it, is longer than `messageBytesMax`.'],
  'peer.limit-depth': ['Sender', 'More open elements than `depthMax`.'],
  'peer.limit-nodes': [
    'Sender',
    'More elements, attributes and declarations than `nodesMax`, or more header blocks than `headerBlocksMax`.',
  ],
  'peer.limit-attributes': ['Sender', 'An element has more attributes than `attributesPerElementMax`.'],
  'peer.limit-namespaces': ['Sender', 'An element declares more namespaces than `namespacesPerElementMax`.'],
  'peer.limit-name': ['Sender', 'A name is longer than `nameBytesMax`.'],
  'peer.limit-value': ['Sender', 'An attribute value or an identifier is longer than allowed.'],
  'peer.limit-references': ['Sender', 'A signature has more references than `referencesMax`.'],
  'peer.limit-transforms': ['Sender', 'A reference has more transforms than `transformsMax`.'],
  'peer.limit-signatures': ['Sender', 'More signatures than `signaturesMax`.'],
  'peer.limit-tokens': ['Sender', 'The Security header holds more tokens than `tokensMax`.'],
  'peer.limit-encrypted-parts': ['Sender', 'More EncryptedData elements than `encryptedPartsMax`.'],
  'peer.limit-certificates': [
    'Sender',
    'A certificate is longer than `certificateBytesMax`, or more of them than `certificatesMax`.',
  ],
  'peer.limit-assertions': [
    'Sender',
    'More SAML assertions than `assertionsMax`, or one longer than `assertionBytesMax`.',
  ],
  // Told as all else that is wrong with a plaintext is, or it would say what the plaintext holds.
  'peer.limit-enc-depth': [
    'wsse:InvalidSecurity',
    'EncryptedData inside decrypted content: nothing is decrypted twice.',
  ],
  'peer.limit-cost': [
    'Sender',
    'Canonicalising what is signed would cost more than `canonicalFactorMax` times the message.',
  ],

  // SOAP.
  'peer.soap-version-mismatch': ['VersionMismatch', 'The root element is no SOAP 1.1 or 1.2 Envelope.'],
  'peer.must-understand': ['MustUnderstand', 'A header that must be understood is not.'],
  'peer.structure-invalid': [
    'Sender',
    'An element does not have the content that its specification, or our closed model of it, allows.',
  ],
  'peer.security-header-missing': ['wsse:InvalidSecurity', 'No wsse:Security header for the receiver.'],

  // Ids and references.
  'peer.id-duplicate': ['wsse:InvalidSecurity', 'Two elements carry the same Id.'],
  'peer.ref-unresolved': ['wsse:InvalidSecurity', 'A reference names an Id that no element has.'],
  'peer.ref-uri-forbidden': ['wsse:InvalidSecurity', 'A reference is something other than `#Id`.'],
  'peer.ref-type-forbidden': ['wsse:InvalidSecurity', 'A token reference of a kind or ValueType that is not accepted.'],
  'peer.ref-loop': ['wsse:InvalidSecurity', 'References lead back to where they began.'],

  // Algorithms and keys.
  'peer.alg-forbidden': ['wsse:InvalidSecurity', 'An algorithm that is unknown, or that the policy does not allow.'],
  'peer.transform-forbidden': [
    'wsse:InvalidSecurity',
    'A transform that the policy does not allow: all but exclusive C14N by default.',
  ],
  'peer.keyinfo-forbidden': ['wsse:InvalidSecurity', 'A KeyInfo with more or other than one token reference.'],
  'peer.key-usage': ['wsse:InvalidSecurity', 'A key used for what it is not meant for, or of the wrong length.'],
  'peer.encoding-invalid': ['wsse:InvalidSecurity', 'Base64, a number or another lexical form is not exact.'],

  // Certificates. Whoever sent one may know that it is not taken.
  'peer.certificate-malformed': [
    'wsse:InvalidSecurityToken',
    'Not an X.509 certificate, path or revocation list in DER, of a form that we read.',
  ],
  'peer.certificate-untrusted': [
    'wsse:InvalidSecurityToken',
    'No chain of valid certificates leads to an anchor of ours, or it is not whom we mean.',
  ],
  'peer.certificate-expired': ['wsse:InvalidSecurityToken', 'A certificate is outside its validity.'],
  'peer.certificate-revoked': ['wsse:InvalidSecurityToken', 'A certificate is in a revocation list of its issuer.'],
  'peer.certificate-status-unknown': [
    'wsse:InvalidSecurityToken',
    'No current revocation list where the policy wants one.',
    'later',
    'operator',
  ],

  // SAML assertions, likewise.
  'peer.assertion-untrusted': [
    'wsse:InvalidSecurityToken',
    'A SAML assertion that is not signed, or whose Issuer is none of those that the credentials name.',
  ],
  'peer.assertion-expired': [
    'wsse:InvalidSecurityToken',
    'A SAML assertion is not valid yet, no longer, or without end.',
  ],
  'peer.assertion-condition': [
    'wsse:InvalidSecurityToken',
    'A SAML assertion is for another audience or recipient, or has a condition that we do not know.',
  ],
  'peer.assertion-unconfirmed': [
    'wsse:InvalidSecurityToken',
    'A SAML assertion whose confirmation method the policy does not have, or which the message does not confirm by it.',
  ],

  // Contexts and derivation.
  'peer.bad-context': [
    'wsc:BadContextToken',
    'The context is unknown, cancelled, or not the one of this key.',
    'new-context',
  ],
  'peer.context-expired': ['wsc:BadContextToken', 'The context is past its lifetime.', 'new-context'],
  'peer.renew-needed': ['wsc:RenewNeeded', 'The context is past its lifetime, and may be renewed.', 'new-context'],
  'peer.context-unsupported': [
    'wsc:UnsupportedContextToken',
    'A context of another generation than its message, or with extensions where the policy takes none.',
  ],
  'peer.derivation-source': [
    'wsc:UnknownDerivationSource',
    'A DerivedKeyToken whose source is not in the message, or is no key.',
  ],
  'peer.dk-limit': [
    'wsse:InvalidSecurity',
    'A derived key outside the limits for length, offset, nonce, label or depth.',
  ],
  'peer.dk-loop': ['wsse:InvalidSecurity', 'Derived keys that are derived from one another.'],

  // Cryptography.
  'peer.signature-invalid': ['wsse:InvalidSecurity', 'The MAC or signature over SignedInfo does not match.'],
  'peer.digest-mismatch': ['wsse:InvalidSecurity', 'A signed part was changed.'],
  'peer.decrypt-failed': ['wsse:InvalidSecurity', 'Decryption failed; the cause is not told.'],
  'peer.coverage-missing': ['wsse:InvalidSecurity', 'A part that the policy wants signed or encrypted is not.'],

  // Freshness and addressing.
  'peer.timestamp-invalid': [
    'wsse:InvalidSecurity',
    'A time that is not UTC, not exact, or not in order; or no Timestamp where one must be.',
  ],
  'peer.timestamp-expired': ['wsse:InvalidSecurity', 'The message is past its Expires, or too old.', 'new-message'],
  'peer.timestamp-future': [
    'wsse:InvalidSecurity',
    'The message was created in the future, beyond the allowed clock difference.',
    'later',
  ],
  'peer.replay': ['wsse:InvalidSecurity', 'The message was seen before.', 'new-message'],
  'peer.reflected': [
    'wsse:InvalidSecurity',
    'An answer where a request is due, or a message of our own: it was sent back.',
  ],
  'peer.confirmation-mismatch': [
    'wsse:InvalidSecurity',
    'What a response confirms is not what its request was signed with.',
    'new-message',
  ],
  'peer.addressing-mismatch': [
    'wsse:InvalidSecurity',
    'An addressing header does not have the value it must have here.',
  ],
  'peer.addressing-forbidden': [
    'wsse:InvalidSecurity',
    'An addressing header names an address that the policy does not allow.',
  ],
  'peer.action-mismatch': ['wsse:InvalidSecurity', 'wsa:Action and the SOAPAction of the transport differ.'],

  // WS-Trust requests and responses.
  'peer.authentication-failed': ['wsse:FailedAuthentication', 'The requester could not be authenticated.'],
  'peer.trust-invalid-request': ['wst:InvalidRequest', 'A RequestSecurityToken that is not valid.'],
  'peer.trust-bad-request': ['wst:BadRequest', 'A request of trust whose Body is not what its action says.'],
  'peer.trust-invalid-time-range': ['wst:InvalidTimeRange', 'A Lifetime that is over, or begins later.'],
  'peer.trust-invalid-scope': ['wst:InvalidScope', 'A context for another service (AppliesTo) than are served here.'],
  'peer.trust-invalid-token': [
    'wst:InvalidSecurityToken',
    'A token in a request of trust that is not taken: it was there before, or is over.',
  ],
  'peer.trust-authentication-failed': [
    'wst:FailedAuthentication',
    'The requester is not one whom the policy lets do this to a context.',
  ],
  'peer.negotiation-failed': [
    'wst:AuthenticationBadElements',
    'A leg of a negotiation does not have what the one before it asks for.',
  ],
  'peer.negotiation-expired': [
    'wst:ExpiredData',
    'A leg of a negotiation that nobody began, or that is no longer waited for.',
    'new-context',
  ],
  'peer.authenticator-mismatch': [
    'wsse:InvalidSecurity',
    'The answer that ends a negotiation is not bound to its legs.',
  ],
  'peer.trust-renew-needed': ['wst:RenewNeeded', 'The token of the bootstrap is over, and may be renewed.', 'later'],
  'peer.trust-unable-to-renew': ['wst:UnableToRenew', 'Tokens other than security contexts are not renewed here.'],
  'peer.trust-request-failed': ['wst:RequestFailed', 'A RequestSecurityToken that is valid and not granted.'],
  'peer.unable-to-renew': ['wsc:UnableToRenew', 'The context cannot be renewed.', 'new-context'],

  // Sequences of messages (WS-ReliableMessaging).
  'peer.sequence-unknown': [
    'wsrm:UnknownSequence',
    'There is no such sequence under the context of the message, or no longer.',
  ],
  'peer.sequence-terminated': ['wsrm:SequenceTerminated', 'The sequence ended before all of it was there.'],
  'peer.sequence-closed': ['wsrm:SequenceClosed', 'A new message for a sequence that takes none any more.'],
  'peer.sequence-last': [
    'wsrm:LastMessageNumberExceeded',
    'A message with a higher number than the last one of its sequence.',
  ],
  'peer.sequence-rollover': ['wsrm:MessageNumberRollover', 'A message number that is higher than any that we count.'],
  'peer.sequence-acknowledgement': [
    'wsrm:InvalidAcknowledgement',
    'An acknowledgement of messages that were not sent, or one that contradicts itself.',
  ],
  'peer.sequence-refused': ['wsrm:CreateSequenceRefused', 'A sequence that is asked for and not granted.'],
  'peer.sequence-required': ['wsrm:WSRMRequired', 'A message outside of a sequence where all have to be in one.'],
  'peer.sequence-silent': [
    'unsent',
    'The other side of a sequence was not heard, or did not acknowledge, for longer than is allowed.',
    'new-message',
  ],
  'peer.limit-acknowledgement': ['Sender', 'More ranges, or more headers about sequences, than are read.'],

  // HTTP, beside the message.
  'peer.http-target': ['unsent', 'There is no endpoint at the path of the request.'],
  'peer.http-method': ['unsent', 'A request by another method than POST.'],
  'peer.http-content-type': [
    'unsent',
    'The headers do not say SOAP in UTF-8, or not in a way that everybody reads alike; the detail says what they do.',
  ],
  'peer.http-body-too-large': ['unsent', 'The body is longer than is allowed.'],
  'peer.http-body-incomplete': ['unsent', 'The body was cut, or did not come in time.', 'later'],
  'peer.http-answer': ['unsent', 'The answer is no SOAP message, or too long a one; the detail says what it is.'],
  'peer.http-failed': ['unsent', 'There was no connection, no answer in time, or one that was cut.', 'later'],
  'peer.soap-fault': ['unsent', 'The peer answered with a SOAP fault.', 'new-message'],
} as const;
