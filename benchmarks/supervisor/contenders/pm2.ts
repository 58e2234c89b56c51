import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender } from '../harness/contender.ts';
import { node } from './node.ts';

/** PM2 of an npm folder, or of one that is made for this run and removed at its end. */
export function pm2(installed: string | undefined): Contender {
  let folder = installed;
  const bin = (): string => join(folder ?? '', 'node_modules/pm2/bin/pm2');
  return {
    name: 'pm2',
    missing() {
      folder ??= install();
      return folder !== undefined && existsSync(bin()) ? undefined : 'npm cannot install it';
    },
    prepare({ services, folder: work }) {
      const config = join(work, 'ecosystem.json');
      const apps = services.map(({ name, command: [script, ...args], log }) => ({
        name,
        script,
        args,
        interpreter: 'none',
        exec_mode: 'fork',
        restart_delay: 0,
        max_restarts: 1_000_000,
        out_file: log ?? '/dev/null',
        error_file: '/dev/null',
      }));
      writeFileSync(config, JSON.stringify({ apps }));
      const base = ['PM2_HOME=' + join(work, 'pm2'), node, bin()];
      return {
        launch: { program: '/usr/bin/env', args: [...base, 'start', config] },
        stop: { program: '/usr/bin/env', args: [...base, 'kill'] },
        status: { program: '/usr/bin/env', args: [...base, 'jlist'] },
      };
    },
  };
}

function install(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tb-pm2-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  console.error('installing pm2 in a temporary folder');
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel', 'error', 'pm2'];
  return spawnSync('npm', args, { stdio: 'ignore', timeout: 120_000 }).status === 0 ? folder : undefined;
}
