import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender, Order, ServiceOrder } from '../harness/contender.ts';
import { node, programs } from './node.ts';

/** Ours: the built command line of a checkout. */
export function tappet(tree: string, name = 'tappet'): Contender {
  const bin = join(tree, 'packages/cli/dist/bin.cjs');
  return {
    name,
    missing: () => (existsSync(bin) ? undefined : `${bin} is not built: npm run build`),
    prepare({ services, folder }) {
      const config = join(folder, 'services.toml');
      const runtime = join(folder, 'run');
      writeFileSync(config, configuration(services));
      const base = [`TAPPET_RUNTIME_DIR=${runtime}`, node, bin];
      return {
        launch: { program: '/usr/bin/env', args: [...base, 'up', '--config', config] },
        stop: 'SIGTERM',
        mustStop: true,
        status: { program: '/usr/bin/env', args: [...base, 'status', '--json', '--config', config] },
        statusSocket: () => join(runtime, readdirSync(runtime)[0] ?? '', 'control.sock'),
        statusPath: '/v1/status',
      };
    },
  };
}

/** Our core as a library, without the command line and its control socket. */
export function embedded(tree: string, name = 'embedded'): Contender {
  const core = join(tree, 'packages/core/dist/index.js');
  return {
    name,
    missing: () => (existsSync(core) ? undefined : `${core} is not built: npm run build`),
    prepare({ services, folder }: Order) {
      const config = join(folder, 'embedded.json');
      writeFileSync(config, JSON.stringify({ services, directory: join(folder, 'run/bench') }));
      return {
        launch: { program: node, args: [join(programs, 'embedded.mjs'), config, core] },
        stop: 'SIGTERM',
        mustStop: true,
      };
    },
  };
}

function configuration(services: readonly ServiceOrder[]): string {
  const head = '[defaults]\nrestart = { policy = "always", delay = 0, max_attempts = 0 }\n';
  const tables = services.map(({ name, command: [program, ...args], log }) =>
    [
      '\n[[services]]',
      `name = "${name}"`,
      `command = "${program}"`,
      `args = ${JSON.stringify(args)}`,
      ...(log === null ? [] : [`log_file = "${log}"`]),
    ].join('\n'),
  );
  return `${head}${tables.join('\n')}\n`;
}
