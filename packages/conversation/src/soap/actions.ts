/** wsa:Action of the SCT bindings (WS-SC §1.2): what a trust message is dispatched by. */

import type { Version } from '@parley/core';
import { oneOf, requireKind, TEXT, VERSION_URIS } from '@parley/core/internal';

export type Operation = 'issue' | 'renew' | 'cancel' | 'amend';

export interface TrustAction {
  readonly version: Version;
  readonly operation: Operation;
}

const SUFFIXES: Readonly<Record<Operation, string>> = {
  issue: '',
  renew: '/Renew',
  cancel: '/Cancel',
  amend: '/Amend',
};
const OPERATIONS: readonly Operation[] = ['issue', 'renew', 'cancel', 'amend'];
const VERSIONS: readonly Version[] = ['200512', '200502'];

const VERSION = oneOf(VERSIONS);
const OPERATION = oneOf(OPERATIONS);

/** @throws Fault `caller.option-invalid` */
function requireAction(version: Version, operation: Operation): void {
  requireKind(VERSION, version, 'version');
  requireKind(OPERATION, operation, 'operation');
}

/** `…/RST/SCT…` */
export function requestAction(version: Version, operation: Operation): string {
  requireAction(version, operation);
  return `${VERSION_URIS[version].trust}/RST/SCT${SUFFIXES[operation]}`;
}

/** `…/RSTR/SCT…`; the final 200512 body is an RSTRC and the action is RSTR all the same. */
export function responseAction(version: Version, operation: Operation): string {
  requireAction(version, operation);
  return `${VERSION_URIS[version].trust}/RSTR/SCT${SUFFIXES[operation]}`;
}

/** Of answers to Cancel. interop: Rampart leaves out `SCT`. */
export function cancelAnswerActions(version: Version): readonly string[] {
  return [responseAction(version, 'cancel'), `${VERSION_URIS[version].trust}/RSTR/Cancel`];
}

const BY_ACTION: ReadonlyMap<string, TrustAction> = new Map(
  VERSIONS.flatMap((version) =>
    OPERATIONS.map((operation) => [requestAction(version, operation), { version, operation }] as const),
  ),
);

/** What an SCT request of this action asks for, or `undefined` for any other action. */
export function trustActionOf(action: string): TrustAction | undefined {
  requireKind(TEXT, action, 'action');
  return BY_ACTION.get(action);
}

/** An RSTR that comes as a request: a leg of a negotiation, or what was made elsewhere. */
export interface TrustResponse {
  readonly version: Version;
  readonly operation: 'issue' | 'renew';
}

const RESPONSES: ReadonlyMap<string, TrustResponse> = new Map(
  VERSIONS.flatMap((version) =>
    (['issue', 'renew'] as const).map(
      (operation) => [responseAction(version, operation), { version, operation }] as const,
    ),
  ),
);

/** What an RSTR of this action may be a request for, or `undefined` for any other action. */
export function trustResponseOf(action: string): TrustResponse | undefined {
  return RESPONSES.get(action);
}

/** The generation whose trust namespace an action begins with: such a message is for the issuer, known or not. */
export function trustVersionOf(action: string): Version | undefined {
  requireKind(TEXT, action, 'action');
  return VERSIONS.find((version) => action.startsWith(`${VERSION_URIS[version].trust}/`));
}
