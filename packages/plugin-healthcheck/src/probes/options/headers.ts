import * as v from 'valibot';
import { http } from '../net/http-module.ts';
import { tableOf } from './table.ts';

/** A table of request headers; empty when left out. */
export const headersOption: v.GenericSchema<unknown, Record<string, string>> = v.optional(
  v.pipe(
    tableOf(v.string('must be text'), 'must be a table of headers'),
    v.check((all) => Object.entries(all).every(isHeader), 'must hold valid header names and values'),
  ),
  {},
);

function isHeader([name, value]: [string, string]): boolean {
  try {
    http.validateHeaderName(name);
    http.validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
