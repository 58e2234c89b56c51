import type { Invocation } from '../command-line/definition.ts';
import { operate } from './operate.ts';

/** `tappet stop NAME...` */
export function run(invocation: Invocation): Promise<number> {
  return operate(invocation, 'stop');
}
