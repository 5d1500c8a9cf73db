import { Fault } from '@parley/core';

/** `scheme://user:password@host:port,host:port/path/path?name=value`, percent-encoded as URLs are. */
export interface BusAddress {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly hosts: readonly string[];
  readonly path: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

const FORM = /^([a-z][a-z0-9+.-]*):\/\/(?:([^@/?]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/** safety: what is wrong of it is said without what is in it, where a password may be. @throws Fault `caller.option-invalid` */
export function busAddress(text: string, option: string): BusAddress {
  const [, scheme = '', user, hosts = '', path = '', settings = ''] = FORM.exec(text) ?? [];
  if (scheme === '') throw new Fault('caller.option-invalid', { option, wanted: 'scheme://host:port/name' });
  try {
    const [name, password] = user?.split(':', 2).map(decodeURIComponent) ?? [];
    return {
      scheme,
      user: name,
      password,
      hosts: hosts.split(','),
      path: path.split('/').map(decodeURIComponent),
      settings: Object.fromEntries(new URLSearchParams(settings)),
    };
  } catch {
    throw new Fault('caller.option-invalid', { option, wanted: 'percent-encoded' });
  }
}

/** What stands under a name, of those that there are. @throws Fault `caller.option-invalid` a name that there is not */
export function settingsOf<Name extends string>(
  { settings }: BusAddress,
  names: readonly Name[],
  option: string,
): Partial<Record<Name, string>> {
  const unknown = Object.keys(settings).find((name) => !names.some((each) => each === name));
  if (unknown !== undefined)
    throw new Fault('caller.option-invalid', { option, reason: `no setting ${unknown}`, wanted: names.join(', ') });
  return settings as Partial<Record<Name, string>>;
}

/** The parts of a path that has exactly so many. @throws Fault `caller.option-invalid` */
export function pathOf({ path }: BusAddress, form: string, option: string): readonly string[] {
  if (path.length === form.split('/').length && path.every((part) => part !== '')) return path;
  throw new Fault('caller.option-invalid', { option, wanted: form });
}
