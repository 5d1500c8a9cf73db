/** Endpoints as a Fastify plugin: `app.register(parleyEndpoints, options)`. */

import type { Kind } from '@parley/core/internal';
import { readable, requireOptions } from '@parley/core/internal';
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest, RegisterOptions } from 'fastify';
import { HttpResponder } from './server/http-responder.ts';
import type { HttpResponderOptions } from './server/settings.ts';

/**
 * Serves each endpoint of `options` at its path, as `HttpResponder` does, bounds and refusals included: bodies are read by it and
 * not by Fastify, and a closing server drains. Encapsulated as plugins are: content types of other routes stay as they are, and paths
 * stand below the `prefix` that it, or what it is registered in, was registered with.
 */
export const parleyEndpoints: FastifyPluginCallback<HttpResponderOptions> = (app, options, done) => {
  let responder: HttpResponder;
  try {
    requireOptions(OPTIONS, options, 'options');
    responder = new HttpResponder({ ...ownOptions(options), endpoints: below(app.prefix, options.endpoints) });
  } catch (error) {
    // Fastify does not catch what such a plugin throws.
    done(error as Error);
    return;
  }
  app.removeAllContentTypeParsers();
  // The body is left in the socket.
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  for (const url of Object.keys(options.endpoints)) serve(app, url, responder);
  app.addHook('preClose', async () => {
    await responder.drain();
  });
  done();
};

/** `HttpResponder` looks at the rest. */
const OPTIONS: Kind<HttpResponderOptions> = readable<HttpResponderOptions>();

/** Without what Fastify itself is told in the same place. */
function ownOptions(options: RegisterOptions & HttpResponderOptions): HttpResponderOptions {
  const { prefix: _, logLevel: __, logSerializers: ___, ...own } = options;
  return own;
}

/** A route has its path from Fastify, and a request its own, which is whole. What is no table of endpoints is refused as it is. */
function below(prefix: string, endpoints: HttpResponderOptions['endpoints']): HttpResponderOptions['endpoints'] {
  if (prefix === '' || typeof endpoints !== 'object' || endpoints === null) return endpoints;
  return Object.fromEntries(Object.entries(endpoints).map(([path, endpoint]) => [prefix + path, endpoint]));
}

function serve(app: FastifyInstance, url: string, responder: HttpResponder): void {
  app.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'],
    url,
    handler: (request: FastifyRequest, reply: FastifyReply) => {
      reply.hijack();
      responder.handler(request.raw, reply.raw);
    },
  });
}
