/** One step into a JSON value: a key or a position. */
export type JsonStep = string | number;

/** The steps of a path such as `status`, `checks[0].state`, `$.a["b.c"]`; undefined when it is none. */
export function parseJsonPath(path: string): readonly JsonStep[] | undefined {
  let rest = path.startsWith('$') ? path.slice(1) : path;
  const steps: JsonStep[] = [];
  while (rest !== '') {
    const found = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\])/.exec(rest);
    if (found === null || (steps.length === 0 && rest.startsWith('.') && !path.startsWith('$'))) return undefined;
    const [whole, key, position, quoted] = found;
    steps.push(position === undefined ? (key ?? quoted ?? '') : Number(position));
    rest = rest.slice(whole.length);
  }
  return path === '' ? undefined : steps;
}

/** The value that the steps lead to, or undefined when there is none. */
export function valueAt(value: unknown, steps: readonly JsonStep[]): unknown {
  let current = value;
  for (const step of steps) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = Object.getOwnPropertyDescriptor(current, step)?.value;
  }
  return current;
}
