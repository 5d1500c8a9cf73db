// Both sides over HTTP: a context issued, 1000 calls, a renewal, the end; a wrong password, and a channel that is not secure.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryContextStore, passwordMatches, Responder, systemAmbient, usernameOverTls } from '@parley/conversation';
import { Secret } from '@parley/core';
import { connect, HttpResponder } from '@parley/http';

const octets = (text: string) => new TextEncoder().encode(text);
const password = octets('correct horse battery staple');
const responder = new Responder({
  store: new MemoryContextStore(),
  ambient: systemAmbient,
  bootstrap: usernameOverTls.responder({
    authenticate: (attempt) => (passwordMatches(attempt, password) ? attempt.username : undefined),
  }),
});
const service = () => ({ action: 'urn:m/Pong', payload: '<Pong xmlns="urn:m"/>' });
const endpoints = new HttpResponder({ endpoints: { '/svc': { responder, service } }, isSecure: () => true });
const server = http.createServer(endpoints.handler).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/svc`;
const as = (given: Uint8Array) => usernameOverTls.initiator({ username: 'alice', password: Secret.copyOf(given) });

// `secure` says of a test without TLS that it is as good as one; in earnest, the URL begins with https.
const conversation = await connect(url, { bootstrap: as(password), secure: true });
const calls = Number(process.argv[2] ?? 1000);
for (let call = 0; call < calls; call++) {
  const answer = await conversation.call('urn:m/Ping', `<Ping xmlns="urn:m">${call}</Ping>`);
  if (call === 0) console.log(answer?.message.action);
  if (call === calls / 2) await conversation.renew();
}
await conversation.cancel();
const failures = [
  () => conversation.call('urn:m/Ping', '<Ping xmlns="urn:m"/>'),
  () => connect(url, { bootstrap: as(octets('nope')), secure: true }),
  () => connect(url, { bootstrap: as(password) }),
];
for (const failing of failures) await failing().catch((error) => console.log(error.code));
server.close();
