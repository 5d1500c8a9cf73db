/** What is proven of a message, as headers that any consumer can read. */
import type { FailedReply } from '@parley/core';
import { requireKind, TEXT } from '@parley/core/internal';
import type { OpenedMessage, PartRole } from '@parley/engine';

/** All headers of ours begin so. */
export const HEADER_PREFIX = 'parley-';
const DETAIL_CHARACTERS_MAX = 1024;

/** The headers of a sender, without any that look like ours. safety: who reads `parley-verdict` must read ours. */
export function foreignHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith(HEADER_PREFIX)));
}

/** What `opened` proves; texts as {@link headerText}. */
export function provenHeaders(opened: OpenedMessage): Record<string, string> {
  return written({
    verdict: 'valid',
    context: opened.identifier,
    principal: opened.principal,
    user: opened.user?.username,
    action: opened.action,
    'message-id': opened.messageId,
    'relates-to': opened.relatesTo,
    to: opened.to,
    signed: names(opened.signed),
    encrypted: names(opened.encrypted),
  });
}

/** Why a message was refused. */
export function refusedHeaders({ code, detail }: Pick<FailedReply, 'code' | 'detail'>): Record<string, string> {
  return written({ verdict: 'refused', code, detail: JSON.stringify(detail).slice(0, DETAIL_CHARACTERS_MAX) });
}

/** Where a result comes from. */
export function placeHeader(place: string): Record<string, string> {
  return written({ place });
}

/**
 * `text` as every bus carries it: what is not printable ASCII, and the percent sign, as percent-encoded UTF-8.
 * `decodeURIComponent` gives the text back.
 */
export function headerText(text: string): string {
  requireKind(TEXT, text, 'text');
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]/gu, (character) => [...UTF8.encode(character)].map(escaped).join(''));
}

const UTF8 = new TextEncoder();

function escaped(octet: number): string {
  return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

function written(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) headers[HEADER_PREFIX + name] = headerText(value);
  }
  return headers;
}

/** Each once, as the Clark name of a header, and by its role of anything else. */
function names(
  parts: readonly { readonly role: PartRole; readonly namespace: string; readonly localName: string }[],
): string {
  const set = new Set(
    parts.map(({ role, namespace, localName }) =>
      role === 'header' || role === 'payload' ? `{${namespace}}${localName}` : role,
    ),
  );
  return [...set].join(' ');
}
