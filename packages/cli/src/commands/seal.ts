import { envelope, systemAmbient } from '@parley/conversation';
import type { SecurityContext } from '@parley/core';
import { Fault } from '@parley/core';
import type { SealRequest } from '@parley/engine';
import { seal as sealMessage, sealProfile } from '@parley/engine';
import type { SealOptions } from '../declarations/seal-command.ts';
import { parseAt } from '../options/at-option.ts';
import type { OpenContexts } from '../options/contexts-option.ts';
import { openContexts } from '../options/contexts-option.ts';
import { isOneOf } from '../options/inputs.ts';
import { readInput, readWhole } from '../options/read-input.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { WholeFile } from '../terminal/whole-file.ts';

/** `parley seal`: one message under a context. */
export async function seal(path: string, options: SealOptions, terminal: Terminal): Promise<ExitStatus> {
  const at = parseAt(options.at, terminal.nowMs());
  if (at === 'message') throw new Fault('caller.option-invalid', { reason: '--at takes now or an instant' });
  const given = path === '-' ? await readWhole(terminal.stdin) : await readInput(path);
  const plain = envelopeOf(given, options);
  const contexts = await openContexts(options, terminal);
  if (contexts === undefined)
    throw new Fault('caller.option-invalid', { reason: 'the keys are missing: give --contexts or --keys' });
  try {
    const request = requestOf(await contextOf(contexts, options.context), options, at.atMs);
    await write(sealed(plain, request, options), path, options, terminal);
  } finally {
    await contexts.close();
  }
  return ExitStatus.ok;
}

function envelopeOf(given: Uint8Array, { action, to, soap }: SealOptions): Uint8Array {
  if (action !== undefined) return envelope({ action, to, body: given, soapVersion: soap });
  if (to !== undefined) throw new Fault('caller.option-invalid', { reason: '--to goes with --action' });
  return given;
}

async function contextOf(contexts: OpenContexts, identifier: string | undefined): Promise<SecurityContext> {
  const named = identifier ?? (await onlyOne(contexts));
  const context = await contexts.get(named);
  if (context === undefined) throw new Fault('caller.option-invalid', { reason: `there is no context ${named}` });
  return context;
}

async function onlyOne(contexts: OpenContexts): Promise<string> {
  let only: string | undefined;
  for await (const identifier of contexts.list()) {
    if (only !== undefined)
      throw new Fault('caller.option-invalid', { reason: 'there are several contexts: name one with --context' });
    only = identifier;
  }
  if (only === undefined) throw new Fault('caller.option-invalid', { reason: 'there is no context' });
  return only;
}

function requestOf(context: SecurityContext, options: SealOptions, atMs: number): SealRequest {
  const { profile, response, encrypt, order, lifetime } = options;
  return {
    ...sealProfile(profile, response === true ? 'response' : 'request'),
    ...(encrypt === undefined ? {} : { encrypt }),
    ...(order === undefined ? {} : { order }),
    context,
    atMs,
    timestampLifetimeMs: lifetime * 1000,
    fillRandom: systemAmbient.fillRandom,
  };
}

/** @throws Fault */
function sealed(plain: Uint8Array, request: SealRequest, { action }: SealOptions): Uint8Array {
  const reply = sealMessage(plain, request);
  if (reply.ok) return reply.value.octets;
  const { code, detail } = reply;
  const isNone = code === 'caller.envelope-invalid' && detail['code'] !== undefined && action === undefined;
  const reason = `${detail['reason'] ?? 'it cannot be read'}; --action makes an envelope around an element`;
  throw new Fault(code, isNone ? { ...detail, reason } : detail);
}

async function write(octets: Uint8Array, input: string, options: SealOptions, { stdout }: Terminal): Promise<void> {
  const { out, force } = options;
  if (out === undefined || out === '-') return await stdout.octets(octets);
  const file = await WholeFile.create(out, {
    replace: force === true,
    isInput: (there) => isOneOf(there, options, input),
  });
  try {
    await file.output.octets(octets);
    await file.keep();
  } finally {
    await file.discard();
  }
}
