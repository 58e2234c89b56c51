import type { HookName } from './hooks.ts';

/** Hooks whose taps answer: a plugin in plain JavaScript must not be able to spawn `undefined`. */
const CHECKS: { readonly [Name in HookName]?: { readonly expected: string; fits(value: unknown): boolean } } = {
  decideRestart: {
    expected: '{ restart, reason }',
    fits: (value) => hasTypes(value, { restart: 'boolean', reason: 'string' }),
  },
  onOutput: { expected: 'a sink with a write function', fits: (value) => hasTypes(value, { write: 'function' }) },
  plan: {
    expected: 'a PlanDraft',
    fits: (value) => isRecord(value) && Array.isArray(value['services']) && isRecord(value['timeouts']),
  },
  spawnSpec: {
    expected: 'a SpawnSpec',
    fits: (value) => hasTypes(value, { command: 'string', cwd: 'string', env: 'object' }) && hasList(value, 'args'),
  },
};

/** What is wrong with the value that a tap returned, or undefined when it may be used. */
export function wrongAnswer(hook: HookName, value: unknown): string | undefined {
  const check = CHECKS[hook];
  if (value === undefined || check === undefined || check.fits(value)) return undefined;
  const shown = isRecord(value) ? `an object with the keys ${Object.keys(value).join(', ') || '(none)'}` : typeof value;
  return `it returned ${shown}, expected ${check.expected} or nothing`;
}

function hasTypes(value: unknown, types: Readonly<Record<string, string>>): boolean {
  return isRecord(value) && Object.entries(types).every(([key, type]) => typeof value[key] === type);
}

function hasList(value: unknown, key: string): boolean {
  return isRecord(value) && Array.isArray(value[key]) && value[key].every((item) => typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
