export type { ConfigurationOverrides, LoadedConfiguration } from './configuration/read-configuration.ts';
export { readConfiguration } from './configuration/read-configuration.ts';
export type {
  GatewayConfiguration,
  KeyFiles,
  OperationsConfiguration,
  PeerConfiguration,
  PlainBegin,
  PlainEndpoint,
  SecuredBegin,
  SecuredEndpoint,
  ThrottlesConfiguration,
  TlsFiles,
  UserFiles,
} from './configuration/configuration.ts';
export type { Schema } from './configuration/read-document.ts';
export { readDocument } from './configuration/read-document.ts';
export { CONFIGURATION_SCHEMA } from './configuration/schema.ts';
export type { KeyPair } from './credentials/pem-files.ts';
export { Files } from './credentials/pem-files.ts';
export { userLine, Users } from './credentials/users.ts';
export { Egress } from './gateway/egress.ts';
export type { Gateway, GatewayOptions } from './gateway/gateway.ts';
export { startGateway } from './gateway/gateway.ts';
export { connectionOf } from './parties/connection.ts';
export type { AdminRequest } from './operations/admin-client.ts';
export { askGateway } from './operations/admin-client.ts';
export type { MetricsSource } from './operations/probes.ts';
