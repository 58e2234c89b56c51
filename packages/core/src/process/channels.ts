import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { OutputStream, SpawnSpec } from '../hooks/events.ts';
import type { Logger } from '../log.ts';
import { Channel } from './channel.ts';
import { readerAllowance } from './descriptors.ts';
import type { ServicePipes } from './contract.ts';
import { checkName } from './names.ts';
import { openPipeReader, type PipeReader, type PipeReaderOptions } from './pipe-reader.ts';
import { makePipes } from './pipes.ts';
import { createTurnReaders } from './turn-reader.ts';
import { lookUpGroup, lookUpUser } from './user.ts';
import type { Workspace } from './workspace.ts';

/** Who owns a pipe; undefined: we do. */
type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** The channels of all services and the pipes they read. */
export interface Channels {
  prepare(services: readonly ServicePipes[]): Promise<void>;
  of(service: string): Channel;
  /** Makes sure that the pipes for this start exist with the right owner. Undefined: they do already. */
  ready(service: string, spec: SpawnSpec, notify: boolean): Promise<void> | undefined;
  notifyPath(service: string): string;
  openReader(options: PipeReaderOptions): PipeReader;
  close(): Promise<void>;
}

export interface ChannelsOptions {
  readonly workspace: Workspace;
  readonly log: Logger;
  readonly clock: Clock;
  readonly maxReaders: number | undefined;
  /** Gets a line when pipes have to be read in turns. */
  readonly notes: Set<string>;
}

export function createChannels(options: ChannelsOptions): Channels {
  const { workspace, log, clock, notes } = options;
  const channels = new Map<string, Channel>();
  /** What was made for a service, as text, so that a start compares instead of asking the file system. */
  const made = new Map<string, string>();
  const allowance = options.maxReaders ?? readerAllowance();
  const turns = createTurnReaders(clock);
  let open = 0;

  const pathOf = (service: string, stream: string): string => join(workspace.pipes, `${service}~${stream}`);
  const notifyPath = (service: string): string => pathOf(service, 'notify');

  function openReader(reading: PipeReaderOptions): PipeReader {
    if (open >= allowance) {
      notes.add(
        `the limit on open files (ulimit -n) leaves ${allowance} pipes at once: output beyond is read in turns, ` +
          'and the last tenth of a second before an exit may be lost',
      );
      return turns.open(reading);
    }
    open++;
    let isCounted = true;
    const release = (): void => {
      if (isCounted) open--;
      isCounted = false;
    };
    try {
      const reader = openPipeReader({
        ...reading,
        onEnd() {
          release();
          reading.onEnd();
        },
      });
      return {
        ...reader,
        close() {
          release();
          reader.close();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  function of(service: string): Channel {
    const known = channels.get(service);
    if (known !== undefined) return known;
    checkName('service', service);
    const channel = new Channel({
      service,
      mode: 'merged',
      pipePath: (stream: OutputStream) => pathOf(service, stream),
      openReader,
      log,
      clock,
      onClose(remove) {
        channels.delete(service);
        made.delete(service);
        if (remove) rmSync(notifyPath(service), { force: true });
      },
    });
    channels.set(service, channel);
    return channel;
  }

  function wishes(wish: { service: string; mode: 'merged' | 'split'; owner: Owner; notify: boolean }) {
    const streams = wish.mode === 'merged' ? ['output'] : ['stdout', 'stderr'];
    if (wish.notify) streams.push('notify');
    return streams.map((stream) => ({ path: pathOf(wish.service, stream), owner: wish.owner }));
  }

  return {
    async prepare(services) {
      const wanted = services.map(({ name, output, user, group, notify = false }) => {
        of(name).mode = output;
        return { service: name, mode: output, owner: ownerOf(user, group), notify };
      });
      await makePipes(wanted.flatMap(wishes));
      for (const wish of wanted) made.set(wish.service, keyOf(wish));
    },
    of,
    ready(service, spec, notify) {
      of(service).mode = spec.output;
      const wish = { service, mode: spec.output, owner: ownerOf(spec.user, spec.group), notify };
      const key = keyOf(wish);
      if (made.get(service) === key) return undefined;
      return makePipes(wishes(wish)).then(() => void made.set(service, key));
    },
    notifyPath,
    openReader,
    async close() {
      turns.close();
      await Promise.all([...channels.values()].map((channel) => channel.close({ remove: false })));
    },
  };
}

function keyOf(wish: { mode: string; owner: Owner; notify: boolean }): string {
  return `${wish.mode}:${wish.owner?.uid ?? ''}:${wish.owner?.gid ?? ''}:${wish.notify}`;
}

/** Unknown names are reported by the start itself, in words. */
function ownerOf(user: string | undefined, group: string | undefined): Owner {
  if (process.getuid?.() !== 0 || (user === undefined && group === undefined)) return undefined;
  const account = user === undefined ? { uid: 0, gid: 0 } : lookUpUser(user);
  if (account === undefined) return undefined;
  const gid = group === undefined ? account.gid : lookUpGroup(group)?.gid;
  return { uid: account.uid, gid: gid ?? account.gid };
}
