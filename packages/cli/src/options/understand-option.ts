import type { HeaderName } from '@parley/engine';
import { InvalidArgumentError } from 'commander';

/** One more header that the application understands: `{namespace}name`, or `{namespace}` for all of a namespace. */
export function headerNames(text: string, previous: readonly HeaderName[] = []): readonly HeaderName[] {
  const parts = /^\{([^{}]+)\}([^{}\s:]*)$/.exec(text);
  if (parts === null) throw new InvalidArgumentError('{namespace}name, or {namespace} for all of a namespace');
  const [, namespace = '', localName] = parts;
  return [...previous, { namespace, localName: localName === '' ? undefined : localName }];
}
