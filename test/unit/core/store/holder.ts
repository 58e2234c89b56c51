/** Holds the lock of the directory of its first argument until it is killed. */
import { openStore, silentLogger } from '@tappet/core';

const [, , directory = '', flock] = process.argv;
await openStore({ directory, project: 'project', log: silentLogger, flock: flock === 'true' });
process.stdout.write('held\n');
setInterval(() => {}, 1000);
