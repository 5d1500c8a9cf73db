// Calls a reliable echo until it has called often enough, or is killed; begun again, it goes on where it was.
// Runs on the built packages: node reliable-caller.mjs <store> <answers> <URL> <certificate> <pace> <messages> <at once>
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { symmetricX509 } from '../../packages/conversation/dist/index.js';
import { Certificate, DEFAULT_LIMITS } from '../../packages/core/dist/index.js';
import { connect } from '../../packages/http/dist/index.js';
import { storeAt } from './store-at.mjs';

const [place, answers, url, certificate, pace, messages, atOnce] = process.argv.slice(2);
const store = await storeAt(place, 'caller');

let context;
for await (const identifier of store.list()) context = await store.get(identifier);
const [service] = Certificate.readPem(readFileSync(certificate), DEFAULT_LIMITS);
const options = {
  bootstrap: symmetricX509.initiator({ service: { certificate: service, reference: 'thumbprint' } }),
  ...(context && { context }),
  cancel: false,
  reliable: { ...JSON.parse(pace), records: store.records, attemptTimeoutMs: 1000 },
};
const conversation = await persistently(() => connect(url, options));
if (context === undefined) await store.insert(conversation.context);

/** A service that is dead comes again. */
async function persistently(work) {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error.code !== 'peer.http-failed') throw error;
      await pause(20);
    }
  }
}

function note(number, body) {
  const [, text = ''] = /re ([^<]*)</.exec(new TextDecoder().decode(body)) ?? [];
  appendFileSync(answers, `${number} ${text}\n`);
}

const resumed = conversation.resume(({ message }, number) => note(number, message.body));
let next = (await conversation.taken()) + 1;
async function line() {
  while (next <= Number(messages)) {
    const number = next++;
    const payload = new TextEncoder().encode(`<e:Echo xmlns:e="urn:app">message ${number}</e:Echo>`);
    const { message } = await conversation.call('urn:app/Echo', payload);
    note(number, message.body);
  }
}
await Promise.all([resumed, ...Array.from({ length: Number(atOnce) }, line)]);
process.stdout.write(`stats ${JSON.stringify(conversation.reliableStats)}\n`);
await conversation.close();
await store.close();
