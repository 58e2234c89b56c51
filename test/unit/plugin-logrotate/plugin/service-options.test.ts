import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '@tappet/plugin-logrotate';
import { parse } from 'smol-toml';
import { optionsReader, resolveOptions } from '../../../../packages/plugin-logrotate/src/plugin/service-options.ts';

const STANZA = ['daily', 'rotate 7', 'delaycompress', 'compress', 'notifempty', 'missingok', 'copytruncate'];

describe('a stanza of logrotate', () => {
  it('means the same as a file, as a block and as keys', () => {
    const block = ['su root root', ...STANZA].join('\n');
    const asBlock = resolveOptions({}, { block }).rules;
    const keys =
      'su = "root root"\ndaily = true\nrotate = 7\ndelaycompress = true\ncompress = true\nnotifempty = true\nmissingok = true\ncopytruncate = true';
    const asKeys = resolveOptions({}, parse(keys)).rules;
    const file = parseConfiguration({ text: `/var/log/x.log {\n${block}\n}\n`, file: 'x' }, { glob: () => [] });

    expect(asKeys).toEqual(asBlock);
    expect(file.blocks[0]?.rules).toEqual(asBlock);
    expect(asBlock).toMatchObject({ criterion: { kind: 'daily' }, rotate: 7, copyTruncate: true, su: { uid: 0 } });
  });

  it('has the defaults of the plugin beneath it, and those 10 MiB × 7, compressed', () => {
    expect(resolveOptions({}, {}).rules).toMatchObject({
      criterion: { bytes: 10 * 1024 * 1024 },
      rotate: 7,
      compress: true,
    });
    const { rules, lines } = resolveOptions({ rotate: 3, timestamps: true, rate: '10/m' }, { size: '1k' });
    expect(rules).toMatchObject({ criterion: { bytes: 1024 }, rotate: 3, compress: true });
    expect(lines).toEqual({ timestamps: true, json: false, stripAnsi: false, rate: { lines: 10, periodMs: 60_000 } });
  });

  it('tells which lines of a block it does not know, once', () => {
    const table = { raw: { block: 'daily\ncompres\nrotate 3\n' } };
    const said: string[] = [];
    const optionsOf = optionsReader({ defaults: {}, tableOf: () => table, warn: (message) => said.push(message) });
    for (let time = 0; time < 2; time++) expect(optionsOf({ name: 'web' }).rules).toMatchObject({ rotate: 3 });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/^service "web": block, line 2: unknown option 'compres'.*"compress"/);
  });
});
