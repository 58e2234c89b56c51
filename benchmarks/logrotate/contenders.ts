import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingPrograms } from '../supervisor/contenders/installed.ts';
import { node } from '../supervisor/contenders/node.ts';
import type { Contender, Order } from '../supervisor/harness/contender.ts';

const bin = join(import.meta.dirname, '../../packages/cli/dist/bin.cjs');

/** Ours with the plugin and these words in `[services.logrotate]`. */
export function logrotate(name: string, words: string): Contender {
  return {
    name,
    missing: () => undefined,
    prepare({ services, folder }) {
      const tables = services.map(
        ({ name: service, command: [program, ...args], log }) =>
          `[[services]]\nname = "${service}"\ncommand = "${program}"\nargs = ${JSON.stringify(args)}\n` +
          `[services.logrotate]\nfile = "${log}"\n${words}\n`,
      );
      const config = join(folder, 'services.toml');
      writeFileSync(config, `[plugins.logrotate]\ndirectory = "${folder}"\n${tables.join('')}`);
      const env = [`TAPPET_RUNTIME_DIR=${join(folder, 'run')}`, node, bin];
      return {
        launch: { program: '/usr/bin/env', args: [...env, 'up', '--config', config] },
        stop: 'SIGTERM',
        mustStop: true,
      };
    },
  };
}

/** The core alone: a file that is never rotated. */
export const unrotated: Contender = {
  name: 'tappet without the plugin, no rotation',
  missing: () => undefined,
  prepare({ services, folder }) {
    const tables = services.map(
      ({ name, command: [program, ...args], log }) =>
        `[[services]]\nname = "${name}"\ncommand = "${program}"\nargs = ${JSON.stringify(args)}\nlog_file = "${log}"\n`,
    );
    const config = join(folder, 'services.toml');
    writeFileSync(config, tables.join(''));
    const env = [`TAPPET_RUNTIME_DIR=${join(folder, 'run')}`, node, bin];
    return {
      launch: { program: '/usr/bin/env', args: [...env, 'up', '--config', config] },
      stop: 'SIGTERM',
      mustStop: true,
    };
  },
};

/** 50 MB, 5 old ones. */
export const rotatingSupervisord: Contender = {
  name: 'supervisord',
  missing: () => missingPrograms('supervisord'),
  prepare({ services, folder }) {
    const config = join(folder, 'supervisord.conf');
    const programs = services.map(
      ({ name, command, log }) =>
        `[program:${name}]\ncommand=${command.join(' ')}\nstartsecs=0\nredirect_stderr=true\nstdout_logfile=${log}\n` +
        'stdout_logfile_maxbytes=50000000\nstdout_logfile_backups=5\n',
    );
    const head = `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n`;
    writeFileSync(config, head + programs.join(''));
    return { launch: { program: 'supervisord', args: ['-n', '-c', config] }, stop: 'SIGTERM' };
  },
};

/** A service piped into a logger of its own. */
export function piped(name: string, program: string, logger: (folder: string) => string): Contender {
  return {
    name,
    missing: () => missingPrograms(program),
    prepare({ services, folder }: Order) {
      const lines = services.map(({ command, log }) => {
        const directory = `${log}.d`;
        mkdirSync(directory, { recursive: true });
        if (program === 'svlogd') writeFileSync(join(directory, 'config'), 's50000000\nn5\n');
        return `${command.join(' ')} | ${logger(directory)} &`;
      });
      const script = join(folder, 'run.sh');
      writeFileSync(script, `${lines.join('\n')}\nwait\n`);
      return { launch: { program: '/bin/sh', args: [script] }, stop: 'SIGTERM' };
    },
  };
}
