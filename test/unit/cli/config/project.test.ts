import { join } from 'node:path';
import { projectName } from '@tappet/core';
import { describe, expect, test } from 'vitest';
import { projectOf } from '../../../../packages/cli/src/config/project.ts';
import { fileSource } from '../../../../packages/cli/src/config/read.ts';
import { folderWith } from './folder.ts';

describe('the project of a file is what the daemon calls it', () => {
  test.each<{ summary: string; files: Record<string, string>; file: string; project?: string }>([
    { summary: 'with the key', files: { 'a.toml': 'project = "shop"\n' }, file: 'a.toml', project: 'shop' },
    { summary: 'with the key quoted', files: { 'a.toml': '"project" = \'shop\'\n' }, file: 'a.toml', project: 'shop' },
    {
      summary: 'with the key in escapes',
      files: { 'a.toml': '"\\u0070roject" = "shop"\n' },
      file: 'a.toml',
      project: 'shop',
    },
    {
      summary: 'with the key imported',
      files: { 'a.toml': '"$import" = "b.toml"\n', 'b.toml': 'project = "shop"' },
      file: 'a.toml',
      project: 'shop',
    },
    { summary: 'with the key elsewhere', files: { 'a.toml': '[[services]]\nproject = "shop"\n' }, file: 'a.toml' },
    { summary: 'with the key in a comment', files: { 'a.toml': '# project = "shop"\n' }, file: 'a.toml' },
    { summary: 'with a key that is not valid', files: { 'a.toml': 'project = "My Shop"\n' }, file: 'a.toml' },
    { summary: 'without the key', files: { 'services.toml': '[[services]]\nname = "a"\n' }, file: 'services.toml' },
    { summary: 'in .config', files: { '.config/tappet.toml': '' }, file: '.config/tappet.toml' },
    { summary: 'as JSON', files: { 'tappet.json': '{ "project": "shop" }' }, file: 'tappet.json', project: 'shop' },
    { summary: 'as YAML', files: { 'tappet.yaml': 'project: shop' }, file: 'tappet.yaml', project: 'shop' },
    {
      summary: 'in a package.json',
      files: { 'package.json': '{ "tappet": { "project": "shop" } }' },
      file: 'package.json',
      project: 'shop',
    },
    {
      summary: 'as a program',
      files: { 'tappet.config.mjs': 'export default { project: "shop" };' },
      file: 'tappet.config.mjs',
      project: 'shop',
    },
  ])('$summary', async ({ files, file, project }) => {
    const folder = folderWith(files);
    const path = join(folder, file);
    const name = await projectOf(path);
    expect(name).toBe(project ?? projectName({}, folder));
    const { raw, directory } = await fileSource(path).load();
    expect(projectName(raw, directory)).toBe(name);
  });

  test('and a file that is gone is told', async () => {
    await expect(projectOf('/nowhere/services.toml')).rejects.toMatchObject({ code: 'ERR_CONFIG_NOT_FOUND' });
  });
});
