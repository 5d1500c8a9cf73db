// What the other packages of Parley use of this one beside what is public. No promise is made for it: names come and go without
// a new major version.

export { CONNECT_MEMBERS } from './client/settings.ts';
