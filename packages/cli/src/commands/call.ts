import { performance } from 'node:perf_hooks';
import { bodyPayload } from '@parley/conversation';
import { Fault } from '@parley/core';
import type { PlainBegin } from '@parley/gateway';
import { connectionOf } from '@parley/gateway';
import type { CallAnswer } from '@parley/http';
import { connect } from '@parley/http';
import type { CallOptions } from '../declarations/gateway-commands.ts';
import { readInput, readWhole } from '../options/read-input.ts';
import { ExitStatus } from '../terminal/exit-status.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** `parley call`. */
export async function call(
  url: string,
  options: CallOptions,
  { stdin, stdout, stderr, interrupted }: Terminal,
): Promise<ExitStatus> {
  const { action, body, repeat, peer, suite, encrypt, order, soap, version, trust, certificate, key } = options;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new Fault('caller.option-invalid', { option: '<url>', reason: 'no address of http or https' });
  const payload = body === '-' ? await readWhole(stdin) : await readInput(body);
  const begin = beginOf(options);
  const isTls = begin.by !== 'asymmetric-x509' && begin.by !== 'symmetric-x509';
  const tls = { ...(trust && { trust }), ...(isTls && certificate && key && { certificate, key }) };
  const more = { peer, suite, encrypt, order, soap, version };
  const given = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined));
  const connection = await connectionOf({ path: '/', service: url, begin, tls, ...given }, '.');
  await using conversation = await connect(url, { ...connection, signal: interrupted });
  let answer: CallAnswer | undefined;
  const beganMs = performance.now();
  let done = 0;
  let faults = 0;
  for (; done < repeat && !interrupted.aborted; done++) {
    answer = await conversation.call(action, payload, { signal: interrupted });
    if (answer?.fault !== undefined) faults++;
  }
  const seconds = (performance.now() - beganMs) / 1000;
  if (answer !== undefined) await stdout.line(new TextDecoder().decode(bodyPayload(answer.message.body).payload));
  if (repeat > 1) {
    const rate = Math.round(done / seconds);
    const failed = faults === 0 ? '' : `; ${faults} of them answered by a fault`;
    await stderr.line(`${done} calls in ${seconds.toFixed(2)} s: ${rate} a second, one after the other${failed}`);
    await stderr.flush();
  }
  return faults === 0 ? ExitStatus.ok : ExitStatus.refused;
}

/** How the conversation begins, as the options say it. @throws Fault `caller.option-invalid` one is missing */
function beginOf({ username, password, serviceCertificate, certificate, key, trust }: CallOptions): PlainBegin {
  const user = together('--username', username, '--password', password);
  const own = together('--certificate', certificate, '--key', key);
  if (serviceCertificate !== undefined) {
    const service = serviceCertificate;
    if (own !== undefined && trust !== undefined)
      return { by: 'asymmetric-x509', service, trust, certificate: own[0], key: own[1] };
    return {
      by: 'symmetric-x509',
      service,
      ...(user && { username: user[0], password: user[1] }),
      ...(own && { certificate: own[0], key: own[1] }),
    };
  }
  if (user !== undefined) return { by: 'username-over-tls', username: user[0], password: user[1] };
  if (own !== undefined) return { by: 'client-certificate' };
  throw new Fault('caller.option-invalid', { reason: 'nothing says who calls; see parley call --help' });
}

function together(
  one: string,
  first: string | undefined,
  other: string,
  second: string | undefined,
): readonly [string, string] | undefined {
  if (first !== undefined && second !== undefined) return [first, second];
  if (first === undefined && second === undefined) return undefined;
  throw new Fault('caller.option-invalid', { option: first === undefined ? one : other, reason: 'is missing' });
}
