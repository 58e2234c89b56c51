import * as v from 'valibot';

const failures = v.pipe(v.number(), v.integer(), v.minValue(0), v.description('Failures within an hour.'));

/** `[plugins.my-thing]`. A strict object: a slip of the pen is an error with line and column. */
export const configSchema = v.strictObject({
  failures_per_hour: v.optional(failures, 5),
});

/** `[services.my-thing]`, below the `[[services]]` that it belongs to. */
export const serviceSchema = v.strictObject({
  failures_per_hour: v.optional(failures),
});

/** What `tappet my-thing` shows. */
export const reportSchema = v.array(v.object({ service: v.string(), failures: v.number(), limit: v.number() }));

export type Report = v.InferOutput<typeof reportSchema>;
