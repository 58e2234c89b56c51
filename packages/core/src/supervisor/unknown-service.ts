import { TappetError } from '../errors/base.ts';
import { didYouMean } from '../errors/nearest.ts';

/** The error for a name that no service has. */
export function unknownService(name: string, known: Iterable<string>): TappetError {
  const names = [...known];
  const hint = didYouMean(name, names) ?? (names.length > 0 ? `the services are ${names.join(', ')}` : undefined);
  return new TappetError(`there is no service "${name}"`, { code: 'ERR_SERVICE_UNKNOWN', hint });
}
