import type { NamespaceBinding } from '@parley/codec';
import type { VersionedNames } from '@parley/codec/internal';
import { Namespace, namesIn } from '@parley/codec/internal';
import { bound } from './names.ts';

export type SoapVersion = '1.1' | '1.2';

/** The envelope namespace of each version of SOAP. */
export const SOAP_NAMESPACES: Readonly<Record<SoapVersion, NamespaceBinding>> = {
  '1.1': bound('s', Namespace.soap11),
  '1.2': bound('s', Namespace.soap12),
};

/** Names of the envelope. */
export const SOAP: VersionedNames<
  SoapVersion,
  'Envelope' | 'Header' | 'Body' | 'actor' | 'mustUnderstand' | 'relay' | 'role'
> = namesIn(SOAP_NAMESPACES, ['Envelope', 'Header', 'Body', 'actor', 'mustUnderstand', 'relay', 'role']);
