/** What is said in return about sequences, as an envelope. */
import type { XmlWriter } from '@parley/codec';
import type { SoapVersion } from '@parley/engine';
import { sequenceAction } from '../sequence-wire/generation.ts';
import { writeSequenceHeaders } from '../sequence-wire/header-writer.ts';
import { writeCreateSequenceResponse, writeSequenceEnd } from '../sequence-wire/message-writer.ts';
import type { AddressingStyle } from '../soap/addressing-style.ts';
import { writeEnvelope } from '../soap/envelope-writer.ts';
import type { HeaderBlocks } from './header-blocks.ts';
import type { SequenceAnswer } from './sequence-answer.ts';

export interface AnswerStyle {
  readonly soapVersion: SoapVersion;
  readonly addressing: AddressingStyle;
  readonly newMessageId: () => string;
  readonly relatesTo: string | undefined;
  /** Of what answers nothing. */
  readonly to?: string | undefined;
}

/** The envelope of `answer`, still without protection. */
export function answerEnvelope(answer: SequenceAnswer, style: AnswerStyle, blocks: HeaderBlocks): Uint8Array {
  const { headers } = answer;
  if (answer.action === 'application')
    return blocks.into(answer.envelope, (writer, soapVersion) => {
      writeSequenceHeaders(writer, { ...headers, soapVersion });
    });
  const { newMessageId, ...written } = style;
  return writeEnvelope({
    ...written,
    messageId: newMessageId(),
    action: sequenceAction(headers.version, answer.action),
    headers: (writer) => writeSequenceHeaders(writer, { ...headers, soapVersion: style.soapVersion }),
    body: (writer) => writeBody(writer, answer, style),
  });
}

function writeBody(
  writer: XmlWriter,
  answer: Exclude<SequenceAnswer, { readonly action: 'application' }>,
  { addressing }: AnswerStyle,
): void {
  const { version } = answer.headers;
  switch (answer.action) {
    case 'CreateSequenceResponse':
      writeCreateSequenceResponse(writer, { version, addressing: addressing.version }, answer.created);
      return;
    case 'CloseSequenceResponse':
    case 'TerminateSequenceResponse':
    case 'TerminateSequence':
      writeSequenceEnd(writer, version, answer.action, { identifier: answer.identifier, lastNumber: undefined });
      return;
    case 'SequenceAcknowledgement':
    case 'LastMessage':
      return;
  }
}
