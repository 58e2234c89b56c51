import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ERROR_CODES } from '@tappet/core';
import { describe, expect, it } from 'vitest';

const top = fileURLToPath(new URL('../../../../', import.meta.url));

/** All texts of TypeScript files below a folder, but for built and installed ones. */
function texts(folder: string, leaveOut: RegExp): string[] {
  return readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(name) && !leaveOut.test(name))
    .map((name) => readFileSync(join(top, folder, name), 'utf8'));
}

describe('the table of error codes', () => {
  const sources = texts('packages', /errors\/codes\.ts$/).join('\n');
  const tests = texts('test', /errors\/codes\.test\.ts$/).join('\n');
  const page = readFileSync(join(top, 'docs/reference/errors.md'), 'utf8');

  it.each(Object.keys(ERROR_CODES))('%s is thrown somewhere, tested somewhere, and documented', (code) => {
    expect(sources).toContain(`'${code}'`);
    expect(tests).toContain(code);
    expect(page).toContain(`\`${code}\``);
  });

  it('lists every code that is used', () => {
    const used = new Set(sources.match(/'ERR_[A-Z_]+'/g)?.map((quoted) => quoted.slice(1, -1)));
    // Codes of Node and of parsers that are only looked at, never thrown.
    const foreign = [...used].filter(
      (code) => !Object.hasOwn(ERROR_CODES, code) && sources.includes(`code: '${code}'`),
    );
    expect(foreign).toEqual([]);
  });
});
