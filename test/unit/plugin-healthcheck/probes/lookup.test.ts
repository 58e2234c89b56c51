import dns, { type LookupAddress } from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lookup } from '../../../../packages/plugin-healthcheck/src/probes/net/lookup.ts';

const asked: string[] = [];
const answers = new Map<string, (addresses: LookupAddress[] | Error) => void>();

/** Resolves names when the test says so, as a slow resolver does. */
function slowResolver(): void {
  vi.spyOn(dns.promises, 'lookup').mockImplementation(((name: string) => {
    asked.push(name);
    return new Promise((resolve, reject) => {
      answers.set(name, (addresses) => (addresses instanceof Error ? reject(addresses) : resolve(addresses)));
    });
  }) as typeof dns.promises.lookup);
}

afterEach(() => {
  vi.restoreAllMocks();
  asked.length = 0;
  answers.clear();
});

function find(name: string, options: { family?: number; all?: boolean } = { all: true }): Promise<unknown> {
  return new Promise((resolve) => {
    lookup(name, options, (error, address, family) =>
      resolve(error ?? (options.all === true ? address : { address, family })),
    );
  });
}

const four: LookupAddress = { address: '10.0.0.1', family: 4 };
const six: LookupAddress = { address: '2001:db8::1', family: 6 };

describe('looking up a name', () => {
  it('asks once for several probes, and for two names at most at once', async () => {
    slowResolver();
    const found = Promise.all(['a.test', 'a.test', 'b.test', 'c.test'].map((name) => find(name)));
    await vi.waitFor(() => expect(asked).toEqual(['a.test', 'b.test']));
    answers.get('a.test')?.([four]);
    await vi.waitFor(() => expect(asked).toEqual(['a.test', 'b.test', 'c.test']));
    answers.get('b.test')?.([six]);
    answers.get('c.test')?.([four, six]);
    expect(await found).toEqual([[four], [four], [six], [four, six]]);
  });

  it('goes by the last addresses when the resolver hangs, and by new ones when it answers', async () => {
    slowResolver();
    const first = find('moved.test');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    answers.get('moved.test')?.([four]);
    await first;
    expect(await find('moved.test')).toEqual([four]);
    answers.get('moved.test')?.([six]);
    await vi.waitFor(async () => {
      const again = find('moved.test');
      answers.get('moved.test')?.([six]);
      expect(await again).toEqual([six]);
    });
  });

  it('never asks for localhost', async () => {
    slowResolver();
    expect(await find('localhost', { family: 6 })).toEqual({ address: '::1', family: 6 });
    expect(await find('localhost', {})).toEqual({ address: '127.0.0.1', family: 4 });
    expect(asked).toEqual([]);
  });

  it('hands on an error, and says when a family is missing', async () => {
    slowResolver();
    const unknown = find('unknown.test');
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    answers.get('unknown.test')?.(new Error('ENOTFOUND'));
    expect(await unknown).toEqual(new Error('ENOTFOUND'));
    const missing = find('four.test', { family: 6 });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    answers.get('four.test')?.([four]);
    expect(await missing).toEqual(new Error('host name four.test has no IPv6 address'));
  });
});
