import type { SoapVersion } from '@parley/conversation';
import type { SealProfileName, SealRequest } from '@parley/engine';
import { SEAL_PROFILE_NAMES } from '@parley/engine';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ContextsOption } from '../options/contexts-option.ts';
import { wholeNumber } from '../options/number-option.ts';
import { contextsOption, KEYS_HELP, kekOption, keysOption, subcommand } from './judging.ts';

export interface SealOptions extends ContextsOption {
  readonly context?: string | undefined;
  readonly profile: SealProfileName;
  readonly response?: boolean | undefined;
  readonly encrypt?: SealRequest['encrypt'] | undefined;
  readonly order?: SealRequest['order'] | undefined;
  readonly at: string;
  readonly lifetime: number;
  readonly action?: string | undefined;
  readonly to?: string | undefined;
  readonly soap: SoapVersion;
  readonly out?: string | undefined;
  readonly force?: boolean | undefined;
}

const HELP = `${KEYS_HELP}

With --action the file is the element for the Body, and the envelope around it is made. The message goes to standard output,
as it is.

Exit status: 0 sealed, 2 anything else.

Examples:
  parley seal envelope.xml --keys keys.json > request.xml
  parley seal order.xml --action urn:orders/Place --contexts contexts --context urn:uuid:1 --out request.xml
  parley seal envelope.xml --keys keys.json | parley inspect - --keys keys.json --profile cxf`;

const LIFETIME_MAX_SECONDS = 86_400;

/** `parley seal`. */
export function sealCommand(parent: Command, action: (path: string, options: SealOptions) => Promise<void>): Command {
  return subcommand(parent, 'seal')
    .description('Sign and encrypt one message under a context, as a peer would send it.')
    .argument('<file>', 'the envelope, or with --action the element in its Body; - for standard input')
    .addOption(contextsOption())
    .addOption(kekOption())
    .addOption(keysOption())
    .option('--context <identifier>', 'which context; default: the only one there is')
    .addOption(new Option('--profile <name>', 'whose habits').choices([...SEAL_PROFILE_NAMES]).default('cxf'))
    .option('--response', 'an answer, which names its context from outside')
    .addOption(new Option('--encrypt <what>', 'instead of the profile').choices(['none', 'body', 'body-and-signature']))
    .addOption(
      new Option('--order <order>', 'instead of the profile').choices(['sign-then-encrypt', 'encrypt-then-sign']),
    )
    .option('--at <when>', 'when it is made: now, or an instant', 'now')
    .addOption(
      new Option('--lifetime <seconds>', 'of its Timestamp')
        .argParser(wholeNumber(1, LIFETIME_MAX_SECONDS))
        .default(300),
    )
    .option('--action <uri>', 'make the envelope, with this wsa:Action')
    .option('--to <uri>', 'and this wsa:To')
    .addOption(new Option('--soap <version>', 'and of this SOAP').choices(['1.1', '1.2']).default('1.2'))
    .option('--out <file>', 'write it to a new file')
    .option('--force', 'replace a file that is there')
    .addHelpText('after', HELP)
    .action(action);
}
