/** What the two parties of the demo say to each other, before it is secured. */
import { escapeText, NAMESPACE_URIS, Namespace } from '@parley/codec';

export type SoapVersion = '1.1' | '1.2';

export const SERVICE_ADDRESS = 'https://payments.example/parley';
const SOAP_NAMESPACES = { '1.1': Namespace.soap11, '1.2': Namespace.soap12 } as const;
const WSA = NAMESPACE_URIS[Namespace.wsa];
const ORDERS = 'urn:example:orders';
const LINES_MIN = 4;
const LINES_SPREAD = 12;

export interface Exchange {
  readonly soap: SoapVersion;
  /** Number of the order. */
  readonly order: number;
  readonly requestId: string;
}

/** An order of some lines, as a SOAP request. */
export function orderRequest({ soap, order, requestId }: Exchange): string {
  const headers =
    header('Action', `${ORDERS}/Submit`) +
    header('MessageID', requestId) +
    header('To', SERVICE_ADDRESS) +
    `<a:ReplyTo><a:Address>${WSA}/anonymous</a:Address></a:ReplyTo>`;
  const lines = Array.from({ length: LINES_MIN + (order % LINES_SPREAD) }, (_, index) => orderLine(order, index));
  return envelope(soap, headers, `<o:Order xmlns:o="${ORDERS}" number="${order}">${lines.join('')}</o:Order>`);
}

/** The confirmation of that order. */
export function orderReply({ soap, order, requestId }: Exchange, replyId: string): string {
  const headers =
    header('Action', `${ORDERS}/SubmitResponse`) +
    header('MessageID', replyId) +
    header('RelatesTo', requestId) +
    header('To', `${WSA}/anonymous`);
  const note = escapeText('Received & booked; "Größe" and price are checked.');
  return envelope(
    soap,
    headers,
    `<o:Confirmation xmlns:o="${ORDERS}" number="${order}"><o:Note>${note}</o:Note></o:Confirmation>`,
  );
}

function envelope(soap: SoapVersion, headers: string, body: string): string {
  return `<s:Envelope xmlns:s="${NAMESPACE_URIS[SOAP_NAMESPACES[soap]]}" xmlns:a="${WSA}"><s:Header>${headers}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
}

function header(name: string, value: string): string {
  return `<a:${name}>${escapeText(value)}</a:${name}>`;
}

function orderLine(order: number, index: number): string {
  const cents = (order * 37 + index * 1999) % 100_000;
  const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  return `<o:Line position="${index + 1}"><o:Article>A-${order * 100 + index}</o:Article><o:Quantity>${1 + (index % 9)}</o:Quantity><o:Price currency="EUR">${price}</o:Price></o:Line>`;
}
