import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMonitText, type Sample, Sampler } from '@tappet/plugin-monit-compat/library';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMissing, output } from './tools.ts';

function sampler(text: string): { look: (nowMs?: number) => ReadonlyMap<string, Sample>; close: () => Promise<void> } {
  const { configuration, accepted, issues } = loadMonitText(text);
  if (!accepted) throw new Error(issues.map(({ message }) => message).join('; '));
  const made = new Sampler(configuration);
  const due = new Set(configuration.services.map(({ name }) => name));
  return { look: (nowMs = performance.now()) => made.samplePass(due, nowMs), close: () => made.close() };
}

async function until(isDone: () => boolean): Promise<void> {
  const end = performance.now() + 50_000;
  while (!isDone()) {
    if (performance.now() > end) throw new Error('the condition did not come true');
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

describe('a process', () => {
  const WORKER =
    'const {spawn} = require("node:child_process"); spawn("sleep", ["600"]); spawn("sleep", ["600"]); Buffer.alloc(5e7, 1); setInterval(() => {}, 1000); process.stdout.write("up")';
  let folder = '';
  let child: ChildProcess;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'monit-figures-'));
    child = spawn(process.execPath, ['-e', WORKER, 'figures-marker'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (child.stdout !== null) await once(child.stdout, 'data');
    writeFileSync(join(folder, 'pid'), `${child.pid}\n`);
  });
  afterAll(async () => {
    const gone = once(child, 'exit');
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(isMissing('ps'))(
    'has the memory, threads, owner, parent, children, descriptors and uptime that ps and /proc show',
    () => {
      const { look } = sampler(`check process p pidfile ${folder}/pid
      if memory > 90% then alert if total memory > 1 GB then alert if children > 99 then alert
      if filedescriptors > 99% then alert if total filedescriptors > 9999 then alert if failed uid root then alert`);
      const sample = look().get('p');
      const ps = (format: string): number => Number(output('ps', '-o', `${format}=`, '-p', String(child.pid)).trim());
      expect(sample?.presence).toBe('present');
      const { resources = {}, shares = {}, ...facts } = sample?.facts ?? {};
      expect(facts.identity?.pid).toBe(child.pid);
      expect(facts.ppid).toBe(ps('ppid'));
      expect(facts.euid).toBe(ps('euid'));
      expect(facts.uid).toBe(ps('ruid'));
      expect(facts.gid).toBe(ps('rgid'));
      expect(resources.threads).toBe(ps('nlwp'));
      expect(resources.children).toBe(2);
      expect((resources.memory ?? 0) / 1024).toBeGreaterThan(ps('rss') * 0.8);
      expect((resources.memory ?? 0) / 1024).toBeLessThan(ps('rss') * 1.2);
      expect(resources.totalMemory).toBeGreaterThan(resources.memory ?? 0);
      expect(Math.abs((shares.memory ?? 0) - ps('pmem'))).toBeLessThan(1);
      expect(Math.abs((facts.uptimeSeconds ?? 0) - ps('etimes'))).toBeLessThanOrEqual(2);
      const open = (pid: number | string | undefined): number =>
        output('ls', `/proc/${pid}/fd`).trim().split('\n').length;
      const children = output('ps', '-o', 'pid=', '--ppid', String(child.pid)).trim().split(/\s+/);
      expect(resources.fileDescriptors).toBe(open(child.pid));
      expect(resources.totalFileDescriptors).toBe(children.reduce((sum, pid) => sum + open(pid), open(child.pid)));
      expect(shares.fileDescriptors).toBeGreaterThan(0);
    },
  );

  it('is found by its command line, the parent before its children', () => {
    const { look } = sampler('check process p matching "figures-marker"');
    expect(look().get('p')?.facts.identity?.pid).toBe(child.pid);
  });

  it('with one busy thread shows about one core as 100%', async () => {
    const busy = spawn(process.execPath, ['--single-threaded', '-e', 'process.stdout.write("up"); for (;;);'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(busy.stdout, 'data');
      writeFileSync(join(folder, 'busy'), String(busy.pid));
      const { look } = sampler(
        `check process p pidfile ${folder}/busy\n if cpu > 1% then alert if total cpu > 1% then alert`,
      );
      const before = Number(output('ps', '-o', 'cputimes=', '-p', String(busy.pid)).trim());
      const started = performance.now();
      expect(look().get('p')?.facts.resources?.cpu).toBeUndefined();
      await until(() => Number(output('ps', '-o', 'cputimes=', '-p', String(busy.pid)).trim()) >= before + 3);
      const facts = look().get('p')?.facts;
      const seconds = (performance.now() - started) / 1000;
      const threads = facts?.resources?.threads ?? 1;
      const usable = Math.min(threads, facts?.cores ?? 1);
      const own = ((facts?.resources?.cpu ?? 0) / 100) * usable * seconds;
      // ps counts whole seconds.
      expect(own).toBeGreaterThan(2);
      expect(own).toBeLessThan(5 + seconds * 0.1);
      expect(facts?.resources?.totalCpu).toBeCloseTo(facts?.resources?.cpu ?? 0, 0);
    } finally {
      const gone = once(busy, 'exit');
      busy.kill('SIGKILL');
      await gone;
    }
  });

  it('shows what it writes to disk', async () => {
    const file = join(folder, 'written');
    const writer = spawn(
      process.execPath,
      [
        '-e',
        `const fs=require("node:fs"); const f=fs.openSync(${JSON.stringify(file)},"w"); process.stdin.on("data",()=>{ fs.writeSync(f, Buffer.alloc(4194304)); fs.fsyncSync(f); process.stdout.write("done") }); process.stdout.write("up")`,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    try {
      await once(writer.stdout, 'data');
      writeFileSync(join(folder, 'writer'), String(writer.pid));
      const { look } = sampler(`check process p pidfile ${folder}/writer\n if disk write > 1 MB/s then alert`);
      look(0);
      writer.stdin.write('go');
      await once(writer.stdout, 'data');
      const rate = look(2000).get('p')?.facts.resources?.diskWrite ?? 0;
      // A temporary folder in memory writes to no disk; then the kernel counts nothing.
      if (output('stat', '-f', '-c', '%T', folder).trim() !== 'tmpfs')
        expect(rate).toBeGreaterThanOrEqual(4_194_304 / 2);
      expect(rate).toBeLessThan(4_194_304);
    } finally {
      const gone = once(writer, 'exit');
      writer.kill('SIGKILL');
      await gone;
    }
  });
});

describe('this machine', () => {
  it.skipIf(isMissing('free'))('has the memory and swap that free shows, and the load and uptime of /proc', () => {
    const { look } = sampler('check system s\n if memory > 99% then alert');
    const facts = look().get('s')?.facts;
    const [, total = 0, , , , , available = 0] = (/^Mem:.*$/m.exec(output('free', '-b'))?.[0] ?? '')
      .split(/\s+/)
      .map(Number);
    const used = total - available;
    expect(Math.abs((facts?.resources?.memory ?? 0) - used)).toBeLessThan(total * 0.05);
    expect(facts?.shares?.memory).toBeCloseTo((used / total) * 100, -1);
    const [one = 0] = output('cat', '/proc/loadavg').split(' ').map(Number);
    expect(Math.abs((facts?.resources?.loadavg1 ?? -99) - one)).toBeLessThan(1);
    const uptime = Number(output('cat', '/proc/uptime').split(' ')[0]);
    expect(Math.abs((facts?.uptimeSeconds ?? 0) - uptime)).toBeLessThan(3);
  });

  it('divides the time of its processors: the parts and idle time make a whole', async () => {
    const { look } = sampler('check system s\n if cpu > 99% then alert');
    expect(look().get('s')?.facts.resources?.cpu).toBeUndefined();
    let resources: NonNullable<Sample['facts']['resources']> = {};
    await until(() => {
      resources = look().get('s')?.facts.resources ?? {};
      return resources.cpu !== undefined;
    });
    const parts = (['cpuUser', 'cpuNice', 'cpuSystem', 'cpuWait', 'cpuHardirq', 'cpuSoftirq', 'cpuSteal'] as const).map(
      (key) => resources[key] ?? Number.NaN,
    );
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(resources.cpu ?? -1, 5);
    expect(resources.cpu).toBeLessThanOrEqual(100.001);
  });
});

describe('files and filesystems', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'monit-files-'));
    writeFileSync(join(folder, 'f'), 'hello\n', { mode: 0o640 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.skipIf(isMissing('stat') || isMissing('md5sum') || isMissing('sha1sum') || isMissing('sha256sum'))(
    'have the size, owner, permission, times and sums that the tools show',
    () => {
      const file = join(folder, 'f');
      const { look } = sampler(
        `check file f path ${file}\n if changed checksum then alert if changed sha1 checksum then alert if failed sha256 checksum then alert\ncheck directory d path ${folder}`,
      );
      const samples = look();
      const facts = samples.get('f')?.facts;
      const [size, uid, gid, mode, links, atime, mtime, ctime] = output('stat', '-c', '%s %u %g %a %h %X %Y %Z', file)
        .trim()
        .split(' ');
      expect(facts).toMatchObject({
        sizeBytes: Number(size),
        uid: Number(uid),
        gid: Number(gid),
        mode: Number.parseInt(mode ?? '', 8),
        hardlinks: Number(links),
      });
      expect(facts?.times).toMatchObject({
        atime: Number(atime),
        mtime: Number(mtime),
        ctime: Number(ctime),
        timestamp: Math.max(Number(mtime), Number(ctime)),
      });
      for (const [name, tool] of [
        ['md5', 'md5sum'],
        ['sha1', 'sha1sum'],
        ['sha256', 'sha256sum'],
      ] as const) {
        expect(facts?.checksums?.[name]).toBe(output(tool, file).split(' ')[0]);
      }
      expect(samples.get('d')?.facts.mode).toBe(statSync(folder).mode & 0o7777);
    },
  );

  it.skipIf(isMissing('df'))('have the space and inodes that df shows', () => {
    const { look } = sampler('check filesystem root path /\n if space > 99% then alert');
    const facts = look().get('root')?.facts;
    const [size = 0, used = 0, available = 0] = (
      output('df', '-B1', '--output=size,used,avail', '/').trim().split('\n')[1] ?? ''
    )
      .trim()
      .split(/\s+/)
      .map(Number);
    const percent = Number.parseInt((output('df', '--output=pcent', '/').trim().split('\n')[1] ?? '').trim(), 10);
    expect(facts?.space?.total).toBe(size);
    expect(Math.abs((facts?.space?.used ?? 0) - used)).toBeLessThan(size * 0.01);
    expect(Math.abs((facts?.space?.free ?? 0) - available)).toBeLessThan(size * 0.01);
    expect(Math.abs((facts?.space?.usedPercent ?? 0) - percent)).toBeLessThanOrEqual(1.5);
    const [inodes = 0, inodesUsed = 0] = (output('df', '--output=itotal,iused', '/').trim().split('\n')[1] ?? '')
      .trim()
      .split(/\s+/)
      .map(Number);
    if (inodes > 0) {
      expect(facts?.inodes?.total).toBe(inodes);
      expect(Math.abs((facts?.inodes?.used ?? 0) - inodesUsed)).toBeLessThan(Math.max(1000, inodes * 0.01));
    }
    expect(facts?.flags).toMatch(/^r[ow]/);
  });

  it.skipIf(isMissing('findmnt'))('are found by device as well as by mount point', () => {
    const device = output('findmnt', '-n', '-o', 'SOURCE', '/').trim();
    const { look } = sampler(
      `check filesystem byDevice path "${device}"\ncheck filesystem byPoint path /\ncheck filesystem none path /no/such/mount`,
    );
    const samples = look();
    expect(samples.get('byDevice')?.presence).toBe('present');
    expect(samples.get('byDevice')?.facts.space?.total).toBe(samples.get('byPoint')?.facts.space?.total);
    expect(samples.get('none')?.presence).toBe('missing');
  });

  it('of the wrong type are invalid, missing ones missing', () => {
    const { look } = sampler(
      `check file a path ${folder}\ncheck fifo b path ${folder}/f\ncheck directory c path ${folder}/f\ncheck file d path ${folder}/none`,
    );
    expect([...look().values()].map(({ presence }) => presence)).toEqual(['invalid', 'invalid', 'invalid', 'missing']);
  });
});

describe('the network', () => {
  it.skipIf(isMissing('ip'))('counts the bytes and packets that ip shows', async () => {
    const { look } = sampler(
      'check network lo interface lo\n if total download > 1 GB in last hour then alert\ncheck network byAddress address 127.0.0.1\ncheck network none interface none0',
    );
    const counters = (): { rx: number; tx: number } => {
      const [entry] = JSON.parse(output('ip', '-j', '-s', 'link', 'show', 'lo')) as {
        stats64: { rx: { bytes: number }; tx: { bytes: number } };
      }[];
      return { rx: entry?.stats64.rx.bytes ?? 0, tx: entry?.stats64.tx.bytes ?? 0 };
    };
    const before = counters();
    look(0);
    const { createServer, connect } = await import('node:net');
    const server = createServer((socket) => socket.resume().on('end', () => socket.end()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
    client.resume().end(Buffer.alloc(1_000_000));
    await once(client, 'close');
    server.close();
    await once(server, 'close');
    const link = look(10_000).get('lo')?.facts.link;
    const after = counters();
    const perSecond = (after.rx - before.rx) / 10;
    expect(link?.isUp).toBe(true);
    expect(link?.rates?.['download:bytes']).toBeGreaterThanOrEqual(100_000);
    expect(link?.rates?.['download:bytes']).toBeLessThanOrEqual(perSecond);
    expect(link?.rates?.['upload:packets']).toBeGreaterThan(0);
    expect(link?.totals?.['download:bytes:3600']).toBeGreaterThanOrEqual(1_000_000);
    const others = look(20_000);
    expect(others.get('byAddress')?.facts.link?.isUp).toBe(true);
    expect(others.get('none')?.facts.link?.isUp).toBe(false);
  });
});
