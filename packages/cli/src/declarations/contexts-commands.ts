/** `parley contexts`: what an operator does with a context store. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import { KEYS_HELP, kekOption, subcommand } from './judging.ts';

export interface StoreOptions {
  readonly kek?: string | undefined;
  readonly keyService?: string | undefined;
  readonly password?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface ExportOptions extends StoreOptions {
  readonly out: string;
  readonly force?: boolean | undefined;
}

export interface CancelOptions extends StoreOptions {
  readonly keepKeys?: boolean | undefined;
}

export interface RekeyOptions extends StoreOptions {
  readonly newKek: string;
}

/** What each of them does. */
export interface ContextsActions {
  init(directory: string, options: StoreOptions): Promise<void>;
  list(directory: string, options: StoreOptions): Promise<void>;
  show(directory: string, identifier: string, options: StoreOptions): Promise<void>;
  export(directory: string, identifiers: readonly string[], options: ExportOptions): Promise<void>;
  cancel(directory: string, identifiers: readonly string[], options: CancelOptions): Promise<void>;
  prune(directory: string, options: StoreOptions): Promise<void>;
  rekey(directory: string, options: RekeyOptions): Promise<void>;
}

const HELP = `${KEYS_HELP}

Exit status: 0 done, 1 some could not be (unknown, cancelled already, unreadable), 2 anything else.

Examples:
  parley contexts init contexts
  parley contexts list contexts
  parley contexts list contexts --json | jq -r 'select(.state == "live") | .identifier'
  parley contexts show contexts urn:uuid:00000000-0000-4000-8000-000000000001
  parley contexts export contexts --out keys.json
  parley contexts cancel contexts urn:uuid:00000000-0000-4000-8000-000000000001
  parley contexts prune contexts
  parley contexts rekey contexts --new-kek kek.2027
  parley contexts rekey 'redis://127.0.0.1/0?name=orders' --kek kek --new-kek kek.2027
  parley contexts list 'rediss://orders@redis.example.org/0?name=orders' --password redis-password.txt --kek kek`;

const PLACE =
  'the context store: a folder, or a server: redis://host/0?name=…, postgres://host/database?name=… (the name of the gateway)';

/** `parley contexts`. */
export function contextsCommand(parent: Command, actions: () => Promise<ContextsActions>): Command {
  const contexts = subcommand(parent, 'contexts')
    .description(
      'Make a context store, look into it, take keys out of it, end contexts, forget what is over, change its key.',
    )
    .addHelpText('after', HELP);
  const one = (name: string, description: string): Command =>
    subcommand(contexts, name)
      .description(description)
      .addArgument(new Argument('<dir>', PLACE))
      .addOption(kekOption())
      .option('--key-service <uri>', 'what unwraps the key: pkcs11:token=…;object=…?module-path=…&pin-source=file:…')
      .option('--password <file>', 'the file with the password of the user of a server; default: PARLEY_STORE_PASSWORD')
      .option('--json', 'print JSON')
      .addHelpText('after', KEYS_HELP);
  return contexts
    .addCommand(
      one('init', 'Make an empty store, and its key unless that is there already.').action(
        async (directory: string, options: StoreOptions) => (await actions()).init(directory, options),
      ),
    )
    .addCommand(
      one('list', 'Print a line for each context: state, end, keys, identifier, principal.').action(
        async (directory: string, options: StoreOptions) => (await actions()).list(directory, options),
      ),
    )
    .addCommand(
      one('show', 'Print all of one context but its secrets.')
        .argument('<identifier>', 'of the context, as list prints it')
        .action(async (directory: string, identifier: string, options: StoreOptions) =>
          (await actions()).show(directory, identifier, options),
        ),
    )
    .addCommand(
      one('export', 'Write a keys file, for verify and inspect. It holds the secrets.')
        .argument('[identifiers...]', 'default: all')
        .requiredOption('--out <file>', 'the file, which its owner alone can read')
        .option('--force', 'replace a file that is there')
        .action(async (directory: string, identifiers: string[], options: ExportOptions) =>
          (await actions()).export(directory, identifiers, options),
        ),
    )
    .addCommand(
      one('cancel', 'End contexts. Those who serve with the store know within a second.')
        .argument('<identifiers...>', 'of the contexts, as list prints them')
        .option('--keep-keys', 'keep their keys, so that logs can still be verified; without it they are gone for good')
        .action(async (directory: string, identifiers: string[], options: CancelOptions) =>
          (await actions()).cancel(directory, identifiers, options),
        ),
    )
    .addCommand(
      one('prune', 'Forget contexts that have been over for some time.').action(
        async (directory: string, options: StoreOptions) => (await actions()).prune(directory, options),
      ),
    )
    .addCommand(
      one('rekey', 'Seal everything under another key-encryption key, while others serve that have both.')
        .requiredOption('--new-kek <file>', 'the new key; made if it is not there')
        .action(async (directory: string, options: RekeyOptions) => (await actions()).rekey(directory, options)),
    );
}
