// The side that serves.
export { HttpResponder } from './server/http-responder.ts';
export type { HttpResponderStats } from './server/http-responder.ts';
export type {
  EndingConversation,
  Endpoint,
  HttpResponderOptions,
  InitiatorEndpoint,
  PlainAnswer,
  PlainEndpoint,
  PlainRequest,
  Refusal,
  SecuredEndpoint,
  Service,
  ServiceAnswer,
  ServiceCall,
} from './server/settings.ts';
export type { AdmissionBounds } from './server/admission.ts';
export type { BodyBounds } from './server/read-body.ts';

// The side that calls.
export { connect } from './client/connect.ts';
export type { ConnectOptions, ReliableOptions } from './client/settings.ts';
export type { ReliableStats } from './client/reliable-calls.ts';
export { Conversation } from './client/conversation.ts';
export type { CallAnswer } from './client/calls.ts';
export type { CallOptions } from './client/call-options.ts';

// The end of a context from the service's side.
export { endContext } from './client/end-context.ts';
export type { EndContextOptions } from './client/end-context.ts';

// What goes to addresses of peers.
export { httpDelivery } from './client/http-delivery.ts';
export type { HttpDeliveryOptions } from './client/http-delivery.ts';

// Services of an issuer.
export { ToldServices } from './client/told-services.ts';
export type { ToldService, ToldServicesOptions } from './client/told-services.ts';

// One message over HTTP, whatever secures it.
export { post } from './client/post.ts';
export type { IncomingMessage, OutgoingMessage, PostBounds } from './client/post.ts';
