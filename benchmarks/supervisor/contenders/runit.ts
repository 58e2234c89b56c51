import type { Contender } from '../harness/contender.ts';
import { missingPrograms } from './installed.ts';
import { writeScanDirectory } from './run-scripts.ts';

export const runit: Contender = {
  name: 'runit',
  note: 'sleeps 1 s before the first start',
  missing: () => missingPrograms('runsvdir', 'runsv', 'sv', 'svlogd'),
  prepare(order) {
    const directory = writeScanDirectory(order, { logger: (folder) => `svlogd ${folder}` });
    return {
      launch: { program: 'runsvdir', args: [directory] },
      stop: 'SIGHUP',
      status: { program: '/bin/sh', args: ['-c', `exec sv status ${directory}/*`] },
    };
  },
};
