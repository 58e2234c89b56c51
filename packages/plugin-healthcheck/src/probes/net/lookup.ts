import dns, { type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

const LOCALHOST: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Name resolution that a dead resolver cannot turn against the other probes: `getaddrinfo` sits on a thread of libuv's
 * pool of four until it gives up, so the same name is asked for once at a time, two names at most are under way, a name
 * that was found before waits a quarter of a second and then goes by its last addresses, and `localhost` needs no thread.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
  void addressesOf(hostname).then((all) => {
    const usable = Array.isArray(all) ? all.filter((one) => family === 0 || one.family === family) : [];
    const [first] = usable;
    // Outside the promise: what the callback throws must not become a rejection nobody sees.
    process.nextTick(() => {
      if (!Array.isArray(all)) callback(all, '', 0);
      else if (first === undefined) callback(new Error(`host name ${hostname} has no IPv${family} address`), '', 0);
      else if (options.all === true) callback(null, usable);
      else callback(null, first.address, first.family);
    });
  });
};

const MOST_AT_ONCE = 2;
const PATIENCE_MS = 250;
const MOST_KNOWN = 1000;

type Addresses = LookupAddress[] | NodeJS.ErrnoException;

const inFlight = new Map<string, Promise<Addresses>>();
const known = new Map<string, LookupAddress[]>();
const waiting: (() => void)[] = [];
let running = 0;

async function addressesOf(hostname: string): Promise<Addresses> {
  if (hostname === 'localhost') return LOCALHOST;
  let pending = inFlight.get(hostname);
  if (pending === undefined) {
    pending = ask(hostname).finally(() => inFlight.delete(hostname));
    inFlight.set(hostname, pending);
  }
  const last = known.get(hostname);
  return last === undefined ? pending : within(PATIENCE_MS, pending, last);
}

async function ask(hostname: string): Promise<Addresses> {
  if (running >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    const addresses = await dns.promises.lookup(hostname, { all: true });
    if (known.size < MOST_KNOWN || known.has(hostname)) known.set(hostname, addresses);
    return addresses;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    running--;
    waiting.shift()?.();
  }
}

function within(ms: number, pending: Promise<Addresses>, otherwise: Addresses): Promise<Addresses> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    void pending.then((addresses) => {
      clearTimeout(timer);
      resolve(addresses);
    });
  });
}
