import type { SecurityContext } from '@parley/core';
import { formatInstant, jsonLine, printable } from '@parley/core/internal';

export type ContextState = 'live' | 'expired' | 'cancelled';

const STATE_WIDTH = 9;
const INSTANT_WIDTH = 24;

/** What may be done with it now. */
export function stateOf({ cancelledAtMs, expiresAtMs }: SecurityContext, nowMs: number): ContextState {
  if (cancelledAtMs !== undefined) return 'cancelled';
  return nowMs >= expiresAtMs ? 'expired' : 'live';
}

/** One context on a line: state, end, keys, identifier, principal. */
export function contextLine(context: SecurityContext, nowMs: number): string {
  const { identifier, principal, keys, expiresAtMs, cancelledAtMs } = context;
  const end = instant(cancelledAtMs ?? expiresAtMs).padEnd(INSTANT_WIDTH);
  const names = [identifier, ...(principal === undefined ? [] : [principal])].map(printable);
  return [
    stateOf(context, nowMs).padEnd(STATE_WIDTH),
    end,
    `${keys.length} ${keys.length === 1 ? 'key ' : 'keys'}`,
    ...names,
  ].join('  ');
}

/** One record that does not open, on a line of the same form. */
export function damagedLine(identifier: string, code: string): string {
  return ['damaged'.padEnd(STATE_WIDTH), code.padEnd(INSTANT_WIDTH), '0 keys', printable(identifier)].join('  ');
}

/** All of a context but its secrets, as JSON. */
export function contextJson(context: SecurityContext, nowMs: number): string {
  const { identifier, version, suite, principal, claims = [], renewable = 'until-expiry' } = context;
  return jsonLine({
    identifier,
    state: stateOf(context, nowMs),
    version: version ?? null,
    suite,
    principal: principal ?? null,
    claims,
    renewable,
    created: instant(context.createdAtMs),
    expires: instant(context.expiresAtMs),
    cancelled: context.cancelledAtMs === undefined ? null : instant(context.cancelledAtMs),
    keys: context.keys.map(({ instance, secret, createdAtMs, expiresAtMs }) => ({
      instance: instance ?? null,
      bits: secret.lengthBytes * 8,
      created: instant(createdAtMs),
      expires: instant(expiresAtMs),
    })),
  });
}

/** The same for a person. */
export function contextText(context: SecurityContext, nowMs: number): string {
  const { identifier, version, suite, principal, claims = [], renewable = 'until-expiry', cancelledAtMs } = context;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['context', identifier],
    ['state', stateOf(context, nowMs)],
    ['generation', version ?? 'either'],
    ['suite', suite],
    ['principal', principal],
    ['claims', claims.length === 0 ? undefined : claims.join(', ')],
    ['created', instant(context.createdAtMs)],
    ['expires', instant(context.expiresAtMs)],
    ['cancelled', cancelledAtMs === undefined ? undefined : instant(cancelledAtMs)],
    ['renewable', renewable],
    ...context.keys.map(({ instance = 'the first', secret, expiresAtMs }): [string, string] => [
      'key',
      `${instance}, ${secret.lengthBytes * 8} bits, until ${instant(expiresAtMs)}`,
    ]),
  ];
  const told = rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
  return told.map(([name, value]) => `${name.padEnd(10)}  ${printable(value)}`).join('\n');
}

// What is for ever is no date.
function instant(ms: number): string {
  return ms > 8.64e15 ? 'never' : formatInstant(ms);
}
