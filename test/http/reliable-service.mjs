// A reliable echo over HTTP, until it is killed. What it has done stands in its books, a line for each message.
// Runs on the built packages: node reliable-service.mjs <store> <books> <port, or 0> <key> <certificate> <pace>
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { systemAmbient as ambient, Responder, symmetricX509 } from '../../packages/conversation/dist/index.js';
import { Certificate, DEFAULT_LIMITS, PrivateKey } from '../../packages/core/dist/index.js';
import { HttpResponder } from '../../packages/http/dist/index.js';
import { storeAt } from './store-at.mjs';

const [place, books, port, key, certificate, pace] = process.argv.slice(2);
const done = existsSync(books) ? readFileSync(books, 'utf8').split('\n').slice(0, -1) : [];
const texts = done.filter((line) => line.startsWith('did ')).map((line) => line.slice(4));

function note(line) {
  appendFileSync(books, `${line}\n`);
}

/** Each message once and in order: what it was handed before, it had begun when it was killed, and knows. */
function service({ message, sequence }) {
  const [, text = ''] = /<e:Echo[^>]*>([^<]*)</.exec(new TextDecoder().decode(message.body)) ?? [];
  const { number } = sequence;
  if (number > texts.length + 1) note(`gap before ${number}`);
  else if (number <= texts.length) note(texts[number - 1] === text ? `again ${text}` : `other ${number} ${text}`);
  else {
    texts.push(text);
    note(`did ${text}`);
  }
  return {
    action: 'urn:app/EchoResponse',
    payload: new TextEncoder().encode(`<e:Echo xmlns:e="urn:app">re ${text}</e:Echo>`),
  };
}

const responder = new Responder({
  store: await storeAt(place, 'service'),
  ambient,
  bootstrap: symmetricX509.responder({
    ownKeys: [
      {
        certificate: Certificate.readPem(readFileSync(certificate), DEFAULT_LIMITS)[0],
        privateKey: PrivateKey.read({ format: 'pem', bytes: readFileSync(key) }, { uses: ['encryption'] }),
      },
    ],
  }),
  sequences: { ...JSON.parse(pace), holdMs: 200, node: 'the only one' },
});
const { handler } = new HttpResponder({
  endpoints: { '/echo': { responder, service } },
  onRefused: ({ failure }) => process.stderr.write(`refused ${failure.code} ${JSON.stringify(failure.detail)}\n`),
});
const server = http.createServer(handler);
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
