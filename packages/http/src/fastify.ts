/** Endpoints as a Fastify plugin: `app.register(parleyEndpoints, options)`. */
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { HttpResponder } from './server/http-responder.ts';
import type { HttpResponderOptions } from './server/settings.ts';

/**
 * Serves each endpoint of `options` at its path, as `HttpResponder` does, bounds and refusals included: bodies are read by it and
 * not by Fastify, and a closing server drains. Encapsulated as plugins are: content types of other routes stay as they are.
 */
export const parleyEndpoints: FastifyPluginCallback<HttpResponderOptions> = (app, options, done) => {
  let responder: HttpResponder;
  try {
    responder = new HttpResponder(options);
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
