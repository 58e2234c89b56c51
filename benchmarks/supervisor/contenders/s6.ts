import type { Contender } from '../harness/contender.ts';
import { missingPrograms } from './installed.ts';
import { writeScanDirectory } from './run-scripts.ts';

export const s6: Contender = {
  name: 's6',
  note: 'waits 1 s after each end; status is one command for each service',
  missing: () => missingPrograms('s6-svscan', 's6-supervise', 's6-svc', 's6-svstat', 's6-log'),
  prepare(order) {
    const directory = writeScanDirectory(order, { logger: (folder) => `s6-log n2 s100000000 ${folder}` });
    const look = `for service in ${directory}/*; do s6-svstat "$service"; done`;
    return {
      launch: { program: 's6-svscan', args: ['-c', '2000', directory] },
      stop: 'SIGTERM',
      status: { program: '/bin/sh', args: ['-c', look] },
    };
  },
};
