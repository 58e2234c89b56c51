import { basename } from 'node:path';
import type { Contender } from '../harness/contender.ts';
import type { Settings } from '../harness/settings.ts';
import { daemontools } from './daemontools.ts';
import { floor } from './floor.ts';
import { pm2 } from './pm2.ts';
import { runit } from './runit.ts';
import { s6 } from './s6.ts';
import { supervisord } from './supervisord.ts';
import { embedded, tappet } from './tappet.ts';

/** Who takes part: everybody that is installed, the missing ones named aloud. */
export function contenders(settings: Settings, { without = [] }: { without?: readonly string[] } = {}): Contender[] {
  const trees = settings.trees.map((tree) => tappet(tree, `tappet of ${basename(tree)}`));
  const ours = [floor, tappet(settings.ours), embedded(settings.ours), ...trees];
  const all = [...ours, supervisord, runit, s6, daemontools, pm2(settings.pm2)];
  return all.filter((contender) => {
    const { name } = contender;
    if (without.includes(name) || settings.without.includes(name)) return false;
    if (name === 'pm2' && !settings.withPm2) return say('pm2 left out: --with-pm2 installs it in a temporary folder');
    if (settings.only !== undefined && !settings.only.includes(name) && !name.startsWith('tappet of')) return false;
    const missing = contender.missing();
    return missing === undefined || say(`${name} left out: ${missing}`);
  });
}

function say(text: string): false {
  console.error(text);
  return false;
}
