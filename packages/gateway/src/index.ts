export type { ConfigurationOverrides, LoadedConfiguration } from './configuration/read-configuration.ts';
export { readConfiguration } from './configuration/read-configuration.ts';
export type {
  GatewayConfiguration,
  KeyFiles,
  PeerConfiguration,
  PlainBegin,
  PlainEndpoint,
  SecuredBegin,
  SecuredEndpoint,
  TlsFiles,
  UserFiles,
} from './configuration/configuration.ts';
export { CONFIGURATION_SCHEMA } from './configuration/schema.ts';
export { userLine, Users } from './credentials/users.ts';
export { Egress } from './gateway/egress.ts';
export type { Gateway, GatewayOptions } from './gateway/gateway.ts';
export { startGateway } from './gateway/gateway.ts';
export { connectionOf } from './parties/connection.ts';
