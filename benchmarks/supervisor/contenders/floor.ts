import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../harness/contender.ts';
import { node, programs } from './node.ts';

/** The least that Node can do: programs/floor.mjs. */
export const floor: Contender = {
  name: 'floor',
  missing: () => undefined,
  prepare({ services, folder }) {
    const config = join(folder, 'floor.json');
    const socket = join(folder, 'floor.sock');
    writeFileSync(config, JSON.stringify({ services, socket }));
    return {
      launch: { program: node, args: [join(programs, 'floor.mjs'), config] },
      stop: 'SIGTERM',
      status: { program: node, args: [join(programs, 'bare-client.mjs'), socket] },
      statusSocket: () => socket,
    };
  },
};
