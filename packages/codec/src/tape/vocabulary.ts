/** Namespaces and local names that the protocols use: the one place where they are spelled. */

/** URI ids that are the same on every tape. 0 is "no namespace". */
export const Namespace = {
  none: 0,
  xml: 1,
  xmlns: 2,
  soap11: 3,
  soap12: 4,
  wsa: 5,
  wsa04: 6,
  wsse: 7,
  wsse11: 8,
  wsu: 9,
  ds: 10,
  dsig11: 11,
  ec: 12,
  xenc: 13,
  xenc11: 14,
  wst: 15,
  wst14: 16,
  wst05: 17,
  wsc: 18,
  wsc05: 19,
  wsp: 20,
  wsp15: 21,
  wsrm: 22,
  wsrm05: 23,
  dnse: 24,
  saml11: 25,
  saml20: 26,
} as const;
export type Namespace = (typeof Namespace)[keyof typeof Namespace];

/** `Namespace` id -> URI. */
export const NAMESPACE_URIS: readonly string[] = [
  '',
  'http://www.w3.org/XML/1998/namespace',
  'http://www.w3.org/2000/xmlns/',
  'http://schemas.xmlsoap.org/soap/envelope/',
  'http://www.w3.org/2003/05/soap-envelope',
  'http://www.w3.org/2005/08/addressing',
  'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd',
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  'http://www.w3.org/2000/09/xmldsig#',
  'http://www.w3.org/2009/xmldsig11#',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/04/xmlenc#',
  'http://www.w3.org/2009/xmlenc11#',
  'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  'http://docs.oasis-open.org/ws-sx/ws-trust/200802',
  'http://schemas.xmlsoap.org/ws/2005/02/trust',
  'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512',
  'http://schemas.xmlsoap.org/ws/2005/02/sc',
  'http://schemas.xmlsoap.org/ws/2004/09/policy',
  'http://www.w3.org/ns/ws-policy',
  'http://docs.oasis-open.org/ws-rx/wsrm/200702',
  'http://schemas.xmlsoap.org/ws/2005/02/rm',
  'http://schemas.microsoft.com/ws/2006/05/security',
  'urn:oasis:names:tc:SAML:1.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:assertion',
];

/**
 * WCF's and Metro's extension of WS-ReliableMessaging, which has no place among the others: the module that scans has room for so many
 * namespaces and no more, and this one is rare.
 */
export const NETRM_URI = 'http://schemas.microsoft.com/ws/2006/05/rm';
