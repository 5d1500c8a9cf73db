import type { FaultDetail } from '@parley/core';
import type { Command } from 'commander';

/** The detail of a fault of `command`, its option as the user writes it: by its flag, or as the argument that the help names. */
export function inWordsOf(command: Command | undefined, detail: FaultDetail): FaultDetail {
  const { option, file } = detail;
  // A member of a file is written there as it is.
  if (command === undefined || typeof option !== 'string' || file !== undefined) return detail;
  const flag = command.options.find((each) => each.attributeName() === option || each.name() === option)?.long;
  const argument = command.registeredArguments.find((each) => each.name() === option);
  const written = flag ?? (argument && `<${argument.name()}${argument.variadic ? '...' : ''}>`);
  return written === undefined ? detail : { ...detail, option: written };
}
