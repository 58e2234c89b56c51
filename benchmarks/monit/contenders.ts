import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tappet } from '../supervisor/contenders/tappet.ts';
import type { Contender } from '../supervisor/harness/contender.ts';

/** What the plugin is given to do. */
export interface Work {
  /** Lines in the table of each service. */
  readonly ofService?: (index: number) => string;
  /** A control file that is included. */
  readonly controlFile?: string;
}

const POLL = 'poll = 1\n';

/** The built command line with the plugin loaded, looking once a second. */
export function withPlugin(tree: string, name: string, { ofService, controlFile }: Work): Contender {
  const plain = tappet(tree, name);
  return {
    ...plain,
    prepare(order) {
      const plan = plain.prepare({ ...order, services: [] });
      const include = controlFile === undefined ? '' : `include = ["${controlFile}"]\n`;
      const services = order.services.map(
        ({ name, command: [program, ...args] }, index) =>
          `[[services]]\nname = "${name}"\ncommand = "${program}"\nargs = ${JSON.stringify(args)}\n${ofService?.(index) ?? ''}\n`,
      );
      writeFileSync(
        join(order.folder, 'services.toml'),
        `[plugins.monit-compat]\n${POLL}${include}\n${services.join('\n')}`,
      );
      return plan;
    },
  };
}
