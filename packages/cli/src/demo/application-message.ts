/** What the two parties of the demo say to each other, before it is secured. */
import { NamespaceBinding, type XmlWriter } from '@parley/codec';
import { UNQUALIFIED } from '@parley/codec/internal';
import type { SoapVersion } from '@parley/conversation';
import { writeEnvelope } from '@parley/conversation';

export const SERVICE_ADDRESS = 'https://payments.example/parley';
const ORDERS = new NamespaceBinding('o', 'urn:example:orders');
const ORDER = ORDERS.name('Order');
const LINE = ORDERS.name('Line');
const ARTICLE = ORDERS.name('Article');
const QUANTITY = ORDERS.name('Quantity');
const PRICE = ORDERS.name('Price');
const CONFIRMATION = ORDERS.name('Confirmation');
const NOTE = ORDERS.name('Note');
const NUMBER = UNQUALIFIED.name('number');
const POSITION = UNQUALIFIED.name('position');
const CURRENCY = UNQUALIFIED.name('currency');
const LINES_MIN = 4;
const LINES_SPREAD = 12;

export interface Exchange {
  readonly soap: SoapVersion;
  /** Number of the order. */
  readonly order: number;
  readonly requestId: string;
}

/** An order of some lines, as a SOAP request. */
export function orderRequest({ soap, order, requestId }: Exchange): Uint8Array {
  return writeEnvelope({
    soapVersion: soap,
    action: `${ORDERS.uri}/Submit`,
    messageId: requestId,
    to: SERVICE_ADDRESS,
    body: (writer) => {
      writer.open(ORDER, [[NUMBER, String(order)]]);
      for (let index = 0; index < LINES_MIN + (order % LINES_SPREAD); index++) writeLine(writer, order, index);
      writer.close();
    },
  });
}

/** The confirmation of that order. */
export function orderReply({ soap, order, requestId }: Exchange, replyId: string): Uint8Array {
  return writeEnvelope({
    soapVersion: soap,
    action: `${ORDERS.uri}/SubmitResponse`,
    messageId: replyId,
    relatesTo: requestId,
    body: (writer) => {
      writer.open(CONFIRMATION, [[NUMBER, String(order)]]);
      writer.element(NOTE, 'Received & booked; "Größe" and price are checked.').close();
    },
  });
}

function writeLine(writer: XmlWriter, order: number, index: number): void {
  const cents = (order * 37 + index * 1999) % 100_000;
  const price = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  writer.open(LINE, [[POSITION, String(index + 1)]]);
  writer.element(ARTICLE, `A-${order * 100 + index}`).element(QUANTITY, String(1 + (index % 9)));
  writer.element(PRICE, price, [[CURRENCY, 'EUR']]).close();
}
