// What the other packages of Parley use of this one beside what is public. No promise is made for it: names come and go without
// a new major version.

export { withKeyService } from './keeping/key-service.ts';
export type { SharedServer } from './keeping/shared-server.ts';
export { openServer } from './keeping/shared-server.ts';
