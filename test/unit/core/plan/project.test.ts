import { describe, expect, test } from 'vitest';
import { isProjectName, projectName } from '../../../../packages/core/src/plan/project.ts';

describe('the name of a project', () => {
  test.each<[string, RegExp]>([
    ['/srv/shop', /^shop-[0-9a-f]{6}$/],
    ['/srv/My Shop (new)', /^my-shop-new-[0-9a-f]{6}$/],
    ['/srv/.hidden', /^hidden-[0-9a-f]{6}$/],
    ['/srv/日本', /^root-[0-9a-f]{6}$/],
    ['/', /^root-[0-9a-f]{6}$/],
    [`/srv/${'x'.repeat(200)}`, /^x{40}-[0-9a-f]{6}$/],
  ])('of the folder %s', (directory, expected) => {
    const name = projectName({}, directory);
    expect(name).toMatch(expected);
    expect(isProjectName(name)).toBe(true);
  });

  test('differs between folders of one name and stays for one folder', () => {
    expect(projectName({}, '/a/shop')).not.toBe(projectName({}, '/b/shop'));
    expect(projectName({}, '/a/shop')).toBe(projectName(undefined, '/a/shop'));
  });

  test('is the project key when that is valid', () => {
    expect(projectName({ project: 'shop.eu-1' }, '/srv/x')).toBe('shop.eu-1');
    for (const project of ['Shop', '', '-a', 'a/b', 'x'.repeat(61), 5]) {
      expect(projectName({ project }, '/srv/x')).toMatch(/^x-/);
    }
  });
});
