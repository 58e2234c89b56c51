import type { Contender } from '../harness/contender.ts';
import { missingPrograms } from './installed.ts';
import { writeScanDirectory } from './run-scripts.ts';

const WITH_LOGGER = 0o1755;

export const daemontools: Contender = {
  name: 'daemontools',
  missing: () => missingPrograms('svscan', 'supervise', 'svc', 'svstat', 'multilog'),
  prepare(order) {
    const logger = (folder: string): string => `multilog n2 s99999999 ${folder}`;
    const directory = writeScanDirectory(order, { logger, options: WITH_LOGGER });
    return {
      launch: { program: 'svscan', args: [directory] },
      stop: { program: '/bin/sh', args: ['-c', `exec svc -dx ${directory}/*`] },
      status: { program: '/bin/sh', args: ['-c', `exec svstat ${directory}/*`] },
    };
  },
};
