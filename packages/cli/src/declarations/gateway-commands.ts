/** `parley serve`, `parley call` and `parley user`. */
import { PEER_NAMES } from '@parley/conversation';
import { SUITE_NAMES } from '@parley/core';
import type { Command } from 'commander';
import { Option } from 'commander';
import { wholeNumber } from '../options/number-option.ts';
import { subcommand } from './judging.ts';

export interface ServeOptions {
  readonly config: string;
  readonly upstream?: string | undefined;
  readonly egress?: string | undefined;
  readonly schema?: boolean | undefined;
}

export interface CallOptions {
  readonly action: string;
  readonly body: string;
  readonly repeat: number;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly serviceCertificate?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly trust?: string | undefined;
  readonly peer?: string | undefined;
  readonly suite?: string | undefined;
  readonly encrypt?: string | undefined;
  readonly order?: string | undefined;
  readonly soap?: string | undefined;
  readonly version?: string | undefined;
}

const SERVE_HELP = `
The file is YAML; docs/gateway.md describes it, and --schema prints its JSON schema. Certificates, keys, users and trust
anchors are read again when their files change. Refusals are lines of JSON on standard error. SIGINT and SIGTERM end it
when all that is in work is answered.

Examples:
  parley serve --config gateway.yaml
  parley serve --upstream http://127.0.0.1:8080/orders
  parley serve --config client.yaml --egress https://erp.example/orders`;

/** `parley serve`. */
export function serveCommand(parent: Command, action: (options: ServeOptions) => Promise<void>): Command {
  return subcommand(parent, 'serve')
    .description('Stand before a plain SOAP service, or before a plain SOAP client, and converse securely for it.')
    .option('--config <file>', 'what to serve, and how', 'gateway.yaml')
    .option('--upstream <url>', 'the plain service behind the one secured endpoint of the file')
    .option('--egress <url>', 'the secured service behind the one plain endpoint of the file')
    .option('--schema', 'print the schema of the file, and serve nothing')
    .addHelpText('after', SERVE_HELP)
    .action(action);
}

const CALL_HELP = `
The conversation begins with the username over TLS; with --service-certificate, by that certificate, and the username or
--certificate beside it; with --trust besides, with a certificate on either side. Without any of these, with the TLS
certificate of --certificate. The answer's element goes to standard output.

Exit status: 0 answered, 1 answered with a SOAP fault, also to the request for a context, 2 anything else.

Examples:
  parley call https://host/orders --username alice --password password.txt --action urn:orders/Place --body order.xml
  parley call http://host/orders --peer cxf --service-certificate host.pem --action urn:Echo --body - --repeat 1000`;

const REPEAT_MAX = 10_000_000;

/** `parley call`. */
export function callCommand(parent: Command, action: (url: string, options: CallOptions) => Promise<void>): Command {
  return subcommand(parent, 'call')
    .description('Make one secured call, or many, and print the answer.')
    .argument('<url>', 'the secured service')
    .requiredOption('--action <uri>', 'what is asked for')
    .requiredOption('--body <file>', 'the element in the Body; - for standard input')
    .addOption(
      new Option('--repeat <n>', 'calls, one after the other').argParser(wholeNumber(1, REPEAT_MAX)).default(1),
    )
    .option('--username <name>', 'who calls')
    .option('--password <file>', 'the file with the password')
    .option('--service-certificate <file>', 'the certificate of the service (PEM)')
    .option('--certificate <file>', 'a certificate of our own (PEM)')
    .option('--key <file>', 'its private key (PEM)')
    .option('--trust <file>', 'trust anchors (PEM): for TLS, or of certificates that sign answers')
    .addOption(new Option('--peer <stack>', 'what the service is made with').choices([...PEER_NAMES]))
    .addOption(new Option('--suite <name>', 'algorithm suite').choices([...SUITE_NAMES]))
    .addOption(new Option('--encrypt <what>', 'of messages').choices(['none', 'body', 'body-and-signature']))
    .addOption(new Option('--order <order>', 'of messages').choices(['sign-then-encrypt', 'encrypt-then-sign']))
    .addOption(new Option('--soap <version>', 'version of SOAP').choices(['1.1', '1.2']))
    .addOption(new Option('--version <generation>', 'generation of the protocol').choices(['200512', '200502']))
    .addHelpText('after', CALL_HELP)
    .action(action);
}

const USER_HELP = `
The password is read from standard input. A user who is there already gets another password.

Examples:
  parley user users.txt alice < password.txt`;

/** `parley user`. */
export function userCommand(parent: Command, action: (file: string, name: string) => Promise<void>): Command {
  return subcommand(parent, 'user')
    .description('Add a user to the file of a gateway, with a hash of his password (scrypt).')
    .argument('<file>', 'the file of users; made if it is not there')
    .argument('<name>', 'the user')
    .addHelpText('after', USER_HELP)
    .action(action);
}
