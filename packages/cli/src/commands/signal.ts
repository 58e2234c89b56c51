import type { Invocation } from '../command-line/definition.ts';
import { operate } from './operate.ts';

/** `tappet signal NAME...` */
export function run(invocation: Invocation): Promise<number> {
  return operate(invocation, 'signal');
}
