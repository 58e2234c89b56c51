import { describe, expect, it } from 'vitest';
import { type CgroupFiles, createCgroupVisits } from '../../../../packages/core/src/process/cgroup-visit.ts';

/** A kernel with one thread in it. `refuses` says no to a write. */
function kernel(refuses: (file: string) => boolean = () => false): {
  readonly where: () => string;
  readonly open: string[];
  readonly files: CgroupFiles;
} {
  let where = '/home';
  const open: string[] = [];
  const folder = (file: string): string => file.slice(0, file.lastIndexOf('/'));
  const files: CgroupFiles = {
    write(target, text) {
      const file = typeof target === 'number' ? (open[target] ?? '') : target;
      if (refuses(file)) throw new Error('EOPNOTSUPP');
      if (text === '0') where = folder(file);
    },
    open: (file) => open.push(file) - 1,
    close: (descriptor) => void open.splice(descriptor, 1),
  };
  return { where: () => where, open, files };
}

describe('a visit to a cgroup', () => {
  it('runs the work inside and comes home', () => {
    const machine = kernel();
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    expect(visits.during('/web', () => machine.where())).toEqual({ result: '/web' });
    expect(machine.where()).toBe('/home');
  });

  it('comes home when the work throws', () => {
    const machine = kernel();
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    const fails = (): never => {
      throw new Error('no fork');
    };
    expect(() => visits.during('/web', fails)).toThrow('no fork');
    expect(machine.where()).toBe('/home');
  });

  it('does not happen when the kernel refuses the way in', () => {
    const machine = kernel((file) => file === '/web/cgroup.threads');
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    let runs = 0;
    expect(visits.during('/web', () => runs++)).toBeUndefined();
    expect(runs).toBe(0);
  });

  it('that cannot end at first ends at the next occasion', () => {
    let refusals = 4;
    const machine = kernel((file) => file === '/home/cgroup.threads' && refusals-- > 0);
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    visits.during('/web', () => undefined);
    expect(machine.where()).toBe('/web');
    expect(visits.isStuckIn('/other')).toBe(false);
    expect(machine.where()).toBe('/web');
    expect(visits.isStuckIn('/web')).toBe(false);
    expect(machine.where()).toBe('/home');
  });

  it('tells while it cannot end', () => {
    const machine = kernel((file) => file === '/home/cgroup.threads');
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    visits.during('/web', () => undefined);
    expect(visits.isStuckIn('/web')).toBe(true);
    visits.during('/db', () => undefined);
    expect(visits.isStuckIn('/web')).toBe(false);
    expect(visits.isStuckIn('/db')).toBe(true);
  });

  it('does not happen without a descriptor for the way home', () => {
    const machine = kernel();
    const open = (): never => {
      throw new Error('EMFILE');
    };
    const visits = createCgroupVisits({ home: '/home', files: { ...machine.files, open } });
    expect(visits.during('/web', () => machine.where())).toBeUndefined();
  });

  it('leaves no descriptor open at the end', () => {
    const machine = kernel();
    const visits = createCgroupVisits({ home: '/home', files: machine.files });
    visits.during('/web', () => undefined);
    visits.during('/db', () => undefined);
    expect(machine.open).toEqual(['/home/cgroup.threads']);
    visits.close();
    expect(machine.open).toEqual([]);
  });
});
