/** wssc-verify and wssc-decrypt-and-verify: one message, opened at the vector's own time. */

import type { SecurityContext } from '@parley/core';
import { contextSource } from '@parley/core';
import type { OpenRequest, Policy, PolicyChanges } from '@parley/engine';
import { open, PROFILE_NAMES, Workspace } from '@parley/engine';
import { contextsOf } from './context-file.ts';
import { judgeOpened } from './expected-body.ts';
import type { JsonRecord } from './json-record.ts';
import { instantField, recordField, requiredText, textField } from './json-record.ts';
import { policyChanges, profilePolicy, strictPolicy } from './manifest-policy.ts';
import type { Alias } from './reject-code.ts';
import { allowsAcceptance, judgeRefusal } from './reject-code.ts';
import type { SuiteFolder } from './suite-folder.ts';
import type { Verdict } from './verdict.ts';
import { AS_EXPECTED, mismatch } from './verdict.ts';

type Demand = 'accept' | 'reject' | 'either';

// One for each suite: two suites may give one identifier different secrets, and a workspace remembers derived keys.
const workspaces = new WeakMap<SuiteFolder, Workspace>();

/** Runs one message vector. @throws UnreadableVector */
export function runMessageVector(suite: SuiteFolder, vector: JsonRecord, aliases: readonly Alias[]): Verdict {
  const message = suite.bytes(requiredText(vector, 'file'));
  const changes = changesOf(suite, vector);
  const contexts = suiteContexts(suite, vector);
  const demand = demandOf(vector);
  const reply = open(message, requestOf(suite, vector, strictPolicy(changes), contexts));
  if (!reply.ok) {
    if (demand === 'accept') return mismatch('accepted', reply.code);
    const refusal = judgeRefusal(textField(vector, 'rejectCode'), reply.code, textField(vector, 'class'), aliases);
    const isLooserValid = demand === 'reject' && textField(vector, 'expected') === 'valid';
    return isLooserValid && refusal.verdict !== 'mismatch'
      ? runLooser(suite, vector, message, changes, contexts)
      : refusal;
  }
  if (demand === 'reject') return mismatch(textField(vector, 'rejectCode') ?? 'refusal', 'accepted');
  return judgeOpened(suite, vector, message, reply.value);
}

/** What the strict profile must do with the vector. */
function demandOf(vector: JsonRecord): Demand {
  const strict = textField(vector, 'strictProfile');
  const expected = textField(vector, 'expected');
  if (strict === 'either' || expected === 'either' || allowsAcceptance(textField(vector, 'rejectCode')))
    return 'either';
  return (strict ?? expected) === 'accept' || (strict ?? expected) === 'valid' ? 'accept' : 'reject';
}

/** What is valid and refused by default must be opened by the named profile that allows what it does. */
function runLooser(
  suite: SuiteFolder,
  vector: JsonRecord,
  message: Uint8Array,
  changes: PolicyChanges,
  contexts: readonly SecurityContext[],
): Verdict {
  const refusals: string[] = [];
  for (const profile of PROFILE_NAMES.filter((name) => name !== 'strict')) {
    const reply = open(message, requestOf(suite, vector, profilePolicy(profile, changes), contexts));
    if (reply.ok) return judgeOpened(suite, vector, message, reply.value);
    refusals.push(`${profile}: ${reply.code}`);
  }
  return refusals.length === 0 ? AS_EXPECTED : mismatch('opened by a looser profile', refusals.join(', '));
}

/** The contexts that the store holds for `vector`. @throws UnreadableVector */
export function suiteContexts(suite: SuiteFolder, vector: JsonRecord): readonly SecurityContext[] {
  const file = textField(vector, 'contextsFile') ?? textField(suite.manifest, 'contextsFile');
  return file === undefined ? [] : contextsOf(suite.json(file));
}

/** What the suite, and the vector over it, change about a policy. @throws UnreadableVector */
export function changesOf(suite: SuiteFolder, vector: JsonRecord): PolicyChanges {
  const ofSuite = recordField(suite.manifest, 'policy');
  const ofVector = recordField(vector, 'policy');
  const changes = policyChanges(ofVector === undefined ? ofSuite : { ...ofSuite, ...ofVector });
  return isLaidOutFreely(vector) ? { ...changes, layout: 'lax' } : changes;
}

// The manifests name no layout. WSS4J prepends what it makes, in the order of its actions, so that a Timestamp may stand behind
// its signature: Lax, which is what a policy without a layout means (WS-SecurityPolicy §6.7).
function isLaidOutFreely(vector: JsonRecord): boolean {
  return demandOf(vector) === 'accept' && textField(vector, 'producer')?.startsWith('WSS4J') === true;
}

/** The SOAPAction that travels with the message, without the quotes that HTTP puts around it. @throws UnreadableVector */
export function soapActionOf(fields: JsonRecord): { readonly soapAction?: string } {
  const http = recordField(fields, 'http');
  const action = http === undefined ? undefined : textField(http, 'soapAction');
  return action === undefined ? {} : { soapAction: action.replace(/^"(.*)"$/, '$1') };
}

export function requestOf(
  suite: SuiteFolder,
  vector: JsonRecord,
  policy: Policy,
  contexts: readonly SecurityContext[],
): OpenRequest {
  const atMs = instantField(vector, 'now') ?? 'message';
  return { atMs, policy, contexts: contextSource(contexts), workspace: workspaceOf(suite), ...soapActionOf(vector) };
}

function workspaceOf(suite: SuiteFolder): Workspace {
  const workspace = workspaces.get(suite) ?? new Workspace();
  workspaces.set(suite, workspace);
  return workspace;
}
