/** What `tappet monit …` can ask of the plugin. */
export const METHOD_NAMES = ['status', 'summary', 'report', 'file', 'validate', 'act'] as const;

export type MethodName = (typeof METHOD_NAMES)[number];
