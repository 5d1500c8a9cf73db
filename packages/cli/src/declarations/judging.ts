/** What several commands declare alike. */
import { READERS } from '@parley/codec';
import type { PolicyName } from '@parley/engine';
import { BOOTSTRAP_PROFILE_NAMES, PROFILE_NAMES } from '@parley/engine';
import { Command, Option } from 'commander';
import type { ContextsOption } from '../options/contexts-option.ts';
import { wholeNumber } from '../options/number-option.ts';
import type { PolicyOption } from '../options/policy-option.ts';
import { limitOf } from '../options/policy-option.ts';
import { headerNames } from '../options/understand-option.ts';

export const EXIT_HELP: string = `
Exit status: 0 all valid, 1 some refused, 2 wrong usage, unusable input or no messages, 130 interrupted,
141 whoever read the output went away.`;

export const KEYS_HELP: string = `
The key of a context store comes from --kek, else from the environment variable PARLEY_KEK (base64 or hex), else from
the file "kek" beside the store's folder.`;

const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;

/** A command of `parent`, with its settings. */
export function subcommand(parent: Command, name: string): Command {
  return new Command(name).copyInheritedSettings(parent).helpOption('-h, --help', 'print this');
}

/** What {@link judging} declares. */
export interface JudgingOptions extends ContextsOption, PolicyOption {
  readonly config?: string | undefined;
  readonly at?: string | undefined;
  readonly profile?: PolicyName | undefined;
}

/** Adds where keys come from, as of when and by what policy messages are judged, and who reads them where that is a choice. */
export function judging(command: Command, readers: 'any-reader' | 'scan-only' = 'any-reader'): Command {
  const options = [
    configOption(),
    contextsOption(),
    kekOption(),
    keysOption(),
    atOption(),
    profileOption(),
    understandOption(),
    policyFileOption(),
    limitOption(),
    ...(readers === 'any-reader' ? [readerOption()] : []),
    maxMessageBytesOption(),
  ];
  return options.reduce((declared, option) => declared.addOption(option), command);
}

function configOption(): Option {
  return new Option(
    '--config <file>',
    'keys, certificates, passwords and policy in one file (YAML or JSON); options go before it',
  );
}

/** Where contexts are kept. */
export function contextsOption(): Option {
  return new Option('--contexts <dir>', 'context store with the keys');
}

/** What opens that store. */
export function kekOption(): Option {
  return new Option('--kek <file>', "file with the store's key-encryption key");
}

/** Contexts in a file, instead. */
export function keysOption(): Option {
  return new Option('--keys <file>', 'keys file (JSON) instead of a store');
}

function atOption(): Option {
  return new Option(
    '--at <when>',
    "judge as of: message (the default: the record's time, else the message's own), now, or an instant",
  );
}

function profileOption(): Option {
  return new Option('--profile <name>', 'what messages must bring; default: strict').choices([
    ...PROFILE_NAMES,
    ...BOOTSTRAP_PROFILE_NAMES,
  ]);
}

function understandOption(): Option {
  return new Option(
    '--understand <header>',
    'a header that the application understands, as {namespace}name or {namespace}; it must be signed; repeatable',
  ).argParser(headerNames);
}

function policyFileOption(): Option {
  return new Option('--policy <file>', 'changes to the profile, as JSON');
}

function limitOption(): Option {
  return new Option('--limit <name=value>', 'change a limit of the profile; may be given several times').argParser(
    limitOf,
  );
}

function readerOption(): Option {
  return new Option(
    '--reader <name>',
    "who reads: scan (the default) takes UTF-8 only; auto and libxml other encodings too; cross-check wants our reading to be libxml2's",
  ).choices([...READERS]);
}

function maxMessageBytesOption(): Option {
  return new Option('--max-message-bytes <n>', 'refuse larger messages; the limit messageBytesMax').argParser(
    wholeNumber(1, MESSAGE_BYTES_MAX),
  );
}
