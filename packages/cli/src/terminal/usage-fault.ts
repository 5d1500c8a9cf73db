/** What is wrong with the words of a command line, in the words of every other refusal. */
import type { FaultDetail } from '@parley/core';
import { Fault } from '@parley/core';
import { gotName, nearestName } from '@parley/core/internal';
import type { Command, CommanderError } from 'commander';

/** As of a fault; what is not known is left out. */
type Particulars = Readonly<Record<string, string | number | undefined>>;

/** What commander says, by its code: the pattern of its message, and what we say for it. */
interface Wording {
  readonly message: RegExp;
  detail(command: Command, found: readonly string[]): Particulars;
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  'commander.unknownCommand': {
    message: /unknown command '(.*)'/s,
    detail: (command, [, name = '']) => noCommand(command, name),
  },
  'commander.unknownOption': {
    message: /unknown option '([^']*)'/s,
    detail: (command, [, given = '']) => unknownOption(command, given),
  },
  'commander.missingArgument': {
    message: /argument '(.*)'/s,
    detail: ({ registeredArguments }, [, name = '']) => {
      const argument = registeredArguments.find((each) => each.name() === name);
      const written = argument?.variadic === true ? `<${name}...>` : `<${name}>`;
      return { option: written, reason: 'missing', wanted: argument?.description };
    },
  },
  'commander.missingMandatoryOptionValue': {
    message: /option '(\S+)/s,
    detail: ({ options }, [, flag = '']) => ({
      option: flag,
      reason: 'missing',
      wanted: options.find(({ long }) => long === flag)?.description,
    }),
  },
  'commander.optionMissingArgument': {
    message: /option '(?:-\w, )?(\S+) (\S+)'/s,
    detail: (_, [, flag = '', value = '']) => ({ option: flag, reason: 'its value is missing', wanted: value }),
  },
  'commander.excessArguments': {
    message: /Expected (\d+) .* got (\d+)/s,
    detail: (_, [, most = '', given = '']) => ({
      reason: 'too many arguments',
      most: Number(most),
      found: Number(given),
    }),
  },
  'commander.invalidArgument': {
    message:
      /^(?:error: )?(?:option '(?:-\w, )?(\S+)[^']*' argument '(.*)' is invalid|command-argument value '(.*)' is invalid for argument '(\S+)')\. (.*)$/s,
    detail: ({ options, registeredArguments }, [, flag, value, argumentValue = '', name = '', wanted = '']) => {
      const declared =
        flag === undefined
          ? registeredArguments.find((each) => each.name() === name)
          : options.find(({ long }) => long === flag);
      const choices = declared?.argChoices;
      const given = value ?? argumentValue;
      return {
        option: flag ?? `<${name}>`,
        got: gotName(given),
        nearest: choices && nearestName(given, choices),
        wanted: choices?.join(', ') ?? wanted,
      };
    },
  },
};

/** What commander refused of `words`, for `parley`. */
export function usageFault(error: CommanderError, parley: Command, words: readonly string[]): Fault {
  const command = commandOf(parley, words);
  const see = `${pathOf(command)} --help`;
  // One that must be given is mostly given under a name that is none.
  const misspelt =
    error.code === 'commander.missingMandatoryOptionValue' && words.find((word) => isUnknown(command, word));
  if (typeof misspelt === 'string') return faultOf({ ...unknownOption(command, misspelt), see });
  const { message, detail } = WORDINGS[error.code] ?? {};
  const found = message?.exec(error.message);
  if (detail !== undefined && found != null) return faultOf({ ...detail(command, found), see });
  const [first, named] = words;
  if (first === 'help' && named !== undefined) return faultOf({ ...noCommand(parley, named), see: 'parley --help' });
  return faultOf({ reason: 'name a command', see });
}

function isUnknown({ options }: Command, word: string): boolean {
  const [flag = ''] = word.split('=');
  return /^--\w/.test(flag) && !options.some(({ long }) => long === flag);
}

function unknownOption({ options }: Command, given: string): Particulars {
  const [flag = ''] = given.split('=');
  if (options.some(({ long }) => long === flag)) return { option: flag, reason: 'takes no value' };
  const flags = options.flatMap(({ long }) => long ?? []);
  return { option: flag, reason: 'unknown', nearest: nearestName(flag, flags) };
}

function noCommand({ commands }: Command, name: string): Particulars {
  const nearest = nearestName(
    name,
    commands.map((each) => each.name()),
  );
  return { reason: `there is no command ${name.slice(0, 64)}`, nearest };
}

function faultOf(detail: Particulars): Fault {
  const known = Object.entries(detail).filter(([, value]) => value !== undefined);
  return new Fault('caller.option-invalid', Object.fromEntries(known) as FaultDetail);
}

/** The innermost command that the words name. */
function commandOf(parley: Command, words: readonly string[]): Command {
  let command = parley;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
