import { networkInterfaces } from 'node:os';
import type { LinkFacts, Sample } from '../engine/sample.ts';
import { readSmall } from './proc-table.ts';

interface Counters {
  readonly atMs: number;
  /** Under `upload:bytes`, `download:packets` and the like. */
  readonly values: Readonly<Record<string, number>>;
}

/** The last counters, and one entry per minute for the totals over a window (at most a day). */
export interface NetworkMemory {
  readonly last: Counters;
  readonly minutes: readonly Counters[];
}

export interface NetworkInput {
  readonly target:
    { readonly kind: 'interface'; readonly name: string } | { readonly kind: 'address'; readonly address: string };
  readonly memory: NetworkMemory | undefined;
  readonly atMs: number;
  /** The windows that rules ask for, in seconds. */
  readonly windows: readonly number[];
  readonly root?: string;
}

const FILES: Readonly<Record<string, string>> = {
  'upload:bytes': 'tx_bytes',
  'upload:packets': 'tx_packets',
  'upload:errors': 'tx_errors',
  'download:bytes': 'rx_bytes',
  'download:packets': 'rx_packets',
  'download:errors': 'rx_errors',
};

/** Link state, speed and traffic of an interface. The first look knows no rates. */
export function sampleNetwork(input: NetworkInput): {
  readonly sample: Sample;
  readonly memory: NetworkMemory | undefined;
} {
  const { target, memory, atMs, root = '/sys/class/net' } = input;
  const name = target.kind === 'interface' ? target.name : interfaceOf(target.address);
  const folder = `${root}/${name ?? ''}`;
  const state = name === undefined || name.includes('/') ? undefined : readSmall(`${folder}/operstate`)?.trim();
  if (state === undefined) {
    const what =
      target.kind === 'interface' ? `interface ${target.name}` : `an interface with the address ${target.address}`;
    return {
      sample: { presence: 'present', reason: `${what} does not exist`, facts: { link: { isUp: false } } },
      memory: undefined,
    };
  }
  const now: Counters = {
    atMs,
    values: Object.fromEntries(
      Object.entries(FILES).map(([key, file]) => [key, Number(readSmall(`${folder}/statistics/${file}`) ?? 0)]),
    ),
  };
  const link = linkFacts({ folder, state, now, input });
  return {
    sample: { presence: 'present', facts: { link } },
    memory: { last: now, minutes: keepMinutes(memory?.minutes ?? [], now) },
  };
}

function linkFacts({
  folder,
  state,
  now,
  input,
}: {
  folder: string;
  state: string;
  now: Counters;
  input: NetworkInput;
}): LinkFacts {
  const megabits = Number(readSmall(`${folder}/speed`) ?? Number.NaN);
  const speed = megabits > 0 ? megabits * 1_000_000 : undefined;
  const duplex = readSmall(`${folder}/duplex`)?.trim();
  const rates = input.memory === undefined ? undefined : ratesBetween(input.memory.last, now);
  return {
    // Loopback and tunnels say "unknown" while they work; carrier tells.
    isUp: state === 'up' || (state === 'unknown' && readSmall(`${folder}/carrier`)?.trim() === '1'),
    speed,
    duplex,
    saturationPercent: speed === undefined || rates === undefined ? undefined : saturation(rates, speed, duplex),
    ...(rates === undefined ? {} : { rates }),
    totals: totalsOf(now, input),
  };
}

function ratesBetween(before: Counters, now: Counters): Record<string, number> | undefined {
  const seconds = (now.atMs - before.atMs) / 1000;
  if (seconds <= 0) return undefined;
  return Object.fromEntries(
    Object.entries(now.values).map(([key, value]) => [key, Math.max(0, value - (before.values[key] ?? 0)) / seconds]),
  );
}

// Full duplex carries the speed both ways, so the busier direction counts; otherwise both share it.
function saturation(rates: Readonly<Record<string, number>>, speed: number, duplex: string | undefined): number {
  const up = (rates['upload:bytes'] ?? 0) * 8;
  const down = (rates['download:bytes'] ?? 0) * 8;
  return ((duplex === 'full' ? Math.max(up, down) : up + down) / speed) * 100;
}

function totalsOf(now: Counters, { memory, windows }: NetworkInput): Record<string, number> {
  const totals: Record<string, number> = {};
  const history = memory?.minutes ?? [];
  for (const window of windows) {
    // The oldest entry within the window is where the count begins; without one nothing has been seen yet.
    const first = history.find(({ atMs }) => now.atMs - atMs <= window * 1000);
    for (const [key, value] of Object.entries(now.values)) {
      totals[`${key}:${window}`] = first === undefined ? 0 : Math.max(0, value - (first.values[key] ?? 0));
    }
  }
  return totals;
}

const MINUTE = 60_000;
const DAY_MINUTES = 1441;

function keepMinutes(minutes: readonly Counters[], now: Counters): readonly Counters[] {
  const last = minutes.at(-1);
  if (last !== undefined && Math.floor(last.atMs / MINUTE) === Math.floor(now.atMs / MINUTE)) return minutes;
  return [...minutes.slice(-(DAY_MINUTES - 1)), now];
}

function interfaceOf(address: string): string | undefined {
  const interfaces = networkInterfaces();
  if (interfaces[address] !== undefined) return address;
  return Object.keys(interfaces).find((name) => interfaces[name]?.some((entry) => entry.address === address));
}
