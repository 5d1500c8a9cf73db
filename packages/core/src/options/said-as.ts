import { Fault } from '../base/fault.ts';

/**
 * What `work` gives, or its promise; a fault that names one of the options in `names` names it as whoever gave it wrote it: the flag of a
 * command, the member of a file, the address that something was made of.
 */
export function saidAs<T>(names: Readonly<Record<string, string>>, work: () => T): T {
  const inWords = (error: unknown): never => {
    if (!(error instanceof Fault)) throw error;
    const { option } = error.detail;
    const said = typeof option === 'string' && Object.hasOwn(names, option) ? names[option] : undefined;
    throw said === undefined ? error : new Fault(error.code, { ...error.detail, option: said }, error.cause);
  };
  try {
    const given = work();
    return given instanceof Promise ? (given.catch(inWords) as T) : given;
  } catch (error) {
    return inWords(error);
  }
}
