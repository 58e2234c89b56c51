/** Opens and closes the store of the directory of its first argument again and again; prints what went wrong, then `done`. */
import { openStore, silentLogger, TappetError } from '@tappet/core';

const [, , directory = '', flock, rounds] = process.argv;
for (let opened = 0; opened < Number(rounds);) {
  try {
    const store = await openStore({ directory, project: 'project', log: silentLogger, flock: flock === 'true' });
    opened++;
    store.close({ clean: true });
  } catch (error) {
    if (!(error instanceof TappetError && error.code === 'ERR_STORE_LOCKED'))
      process.stdout.write(`${String(error)}\n`);
  }
}
process.stdout.write('done\n');
