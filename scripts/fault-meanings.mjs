// What each code of packages/core/src/base/fault.ts means, for docs/faults.md. A code without a line here is a failing test.
// @ts-check

/** @type {Readonly<Record<string, string>>} */
export const FAULT_MEANINGS = {
  'peer.xml-malformed': 'Not well-formed XML 1.0 with namespaces.',
  'peer.xml-dtd-forbidden': 'The document has a DOCTYPE.',
  'peer.xml-version': 'An XML declaration with a version other than 1.0.',
  'peer.xml-relative-namespace': 'A namespace name is a relative URI.',
  'peer.encoding-forbidden': 'The octets are not in an encoding that the reader takes (the default one: UTF-8).',
  'peer.readers-differ': 'Our scanner and libxml2 do not read the same document; the detail says where.',

  'peer.limit-message-size': 'The message, or a decrypted form of it, is longer than `messageBytesMax`.',
  'peer.limit-depth': 'More open elements than `depthMax`.',
  'peer.limit-nodes': 'More elements, attributes and declarations than `nodesMax`.',
  'peer.limit-attributes': 'An element has more attributes than `attributesPerElementMax`.',
  'peer.limit-namespaces': 'An element declares more namespaces than `namespacesPerElementMax`.',
  'peer.limit-name': 'A name is longer than `nameBytesMax`.',
  'peer.limit-value': 'An attribute value or an identifier is longer than allowed.',
  'peer.limit-references': 'A signature has more references than `referencesMax`.',
  'peer.limit-transforms': 'A reference has more transforms than `transformsMax`.',
  'peer.limit-signatures': 'More signatures than `signaturesMax`.',
  'peer.limit-tokens': 'The Security header holds more tokens than `tokensMax`.',
  'peer.limit-encrypted-parts': 'More EncryptedData elements than `encryptedPartsMax`.',
  'peer.limit-certificates':
    'A certificate is longer than `certificateBytesMax`, or more of them than `certificatesMax`.',
  'peer.limit-assertions': 'More SAML assertions than `assertionsMax`, or one longer than `assertionBytesMax`.',
  'peer.limit-enc-depth': 'EncryptedData inside decrypted content: nothing is decrypted twice.',
  'peer.limit-cost': 'Canonicalising what is signed would cost more than `canonicalFactorMax` times the message.',

  'peer.soap-version-mismatch': 'The root element is no SOAP 1.1 or 1.2 Envelope.',
  'peer.must-understand': 'A header that must be understood is not.',
  'peer.structure-invalid':
    'An element does not have the content that its specification, or our closed model of it, allows.',
  'peer.security-header-missing': 'No wsse:Security header for the receiver.',

  'peer.id-duplicate': 'Two elements carry the same Id.',
  'peer.ref-unresolved': 'A reference names an Id that no element has.',
  'peer.ref-uri-forbidden': 'A reference is something other than `#Id`.',
  'peer.ref-type-forbidden': 'A token reference of a kind or ValueType that is not accepted.',
  'peer.ref-loop': 'References lead back to where they began.',

  'peer.alg-forbidden': 'An algorithm that is unknown, or that the policy does not allow.',
  'peer.transform-forbidden': 'A transform that the policy does not allow: all but exclusive C14N by default.',
  'peer.keyinfo-forbidden': 'A KeyInfo with more or other than one token reference.',
  'peer.key-usage': 'A key used for what it is not meant for, or of the wrong length.',
  'peer.encoding-invalid': 'Base64, a number or another lexical form is not exact.',

  'peer.certificate-malformed': 'Not an X.509 certificate, path or revocation list in DER, of a form that we read.',
  'peer.certificate-untrusted': 'No chain of valid certificates leads to an anchor of ours, or it is not whom we mean.',
  'peer.certificate-expired': 'A certificate is outside its validity.',
  'peer.certificate-revoked': 'A certificate is in a revocation list of its issuer.',
  'peer.certificate-status-unknown': 'No current revocation list where the policy wants one.',

  'peer.assertion-untrusted':
    'A SAML assertion that is not signed, or whose Issuer is none of those that the credentials name.',
  'peer.assertion-expired': 'A SAML assertion is not valid yet, no longer, or without end.',
  'peer.assertion-condition':
    'A SAML assertion is for another audience or recipient, or has a condition that we do not know.',
  'peer.assertion-unconfirmed':
    'A SAML assertion whose confirmation method the policy does not have, or which the message does not confirm by it.',

  'peer.bad-context': 'The context is unknown, cancelled, or not the one of this key.',
  'peer.context-expired': 'The context is past its lifetime.',
  'peer.dk-limit': 'A derived key outside the limits for length, offset, nonce, label or depth.',
  'peer.dk-loop': 'Derived keys that are derived from one another.',

  'peer.signature-invalid': 'The MAC or signature over SignedInfo does not match.',
  'peer.digest-mismatch': 'A signed part was changed.',
  'peer.decrypt-failed': 'Decryption failed; the cause is not told.',
  'peer.coverage-missing': 'A part that the policy wants signed or encrypted is not.',

  'peer.timestamp-invalid': 'A time that is not UTC, not exact, or not in order; or no Timestamp where one must be.',
  'peer.timestamp-expired': 'The message is past its Expires, or too old.',
  'peer.timestamp-future': 'The message was created in the future, beyond the allowed clock difference.',
  'peer.replay': 'The message was seen before.',
  'peer.confirmation-mismatch': 'What a response confirms is not what its request was signed with.',
  'peer.addressing-mismatch': 'An addressing header does not have the value it must have here.',
  'peer.addressing-forbidden': 'An addressing header names an address that the policy does not allow.',
  'peer.action-mismatch': 'wsa:Action and the SOAPAction of the transport differ.',

  'peer.authentication-failed': 'The requester could not be authenticated.',
  'peer.trust-invalid-request': 'A RequestSecurityToken that is not valid.',
  'peer.trust-request-failed': 'A RequestSecurityToken that is valid and not granted.',
  'peer.unable-to-renew': 'The context cannot be renewed.',
  'peer.soap-fault': 'The peer answered with a SOAP fault.',

  'caller.option-invalid': 'An option has a value that it cannot have.',
  'caller.input-unreadable': 'A file or stream that was named cannot be read.',
  'caller.input-invalid': 'What was given to work on is not of the form it must have.',
  'caller.keys-invalid': 'Keys that were given do not have the form they must have.',
  'caller.store-missing': 'The context store that was named is not there.',
  'caller.store-key-missing': 'A context store is opened without its key-encryption key.',
  'caller.store-key-wrong': 'A context store is opened with another key than it was sealed with.',
  'caller.store-permissions': 'Others on this machine could read the store or its key.',
  'caller.output-unwritable': 'A file or stream for results cannot be written.',
  'caller.channel-not-secure': 'What is asked for needs a secure channel, and there is none.',
  'caller.context-unusable':
    'The context cannot be used for what is asked: its state, its keys or its suite do not allow it.',
  'caller.closed': 'The thing was closed before.',
  'caller.libxml-unavailable':
    'What was asked for needs libxmljs2, which cannot be loaded here; the detail has the remedy.',
  'caller.schema-invalid':
    'A schema cannot be used: malformed, not compilable, or with an import that its set does not hold.',

  'internal.invariant': 'We contradict ourselves: a bug of Parley.',
  'internal.crypto': 'The cryptographic library failed where it must not.',
  'internal.context-needed': 'A worker does not hold the context; the pool supplies it and runs the job again.',
  'internal.worker-lost': 'A worker died, and its jobs could not be run again.',
  'internal.store-unavailable': 'The context store cannot be reached.',
  'internal.store-corrupt': 'The context store holds what we did not write.',
  'internal.busy': 'More work is waiting than was allowed to.',
  'internal.quota': 'A table that has a ceiling is full.',
};
