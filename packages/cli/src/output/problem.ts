/** An error as a person reads it, without a stack: message, every issue of a configuration, and what to do next. */
export async function renderProblem(error: unknown): Promise<string> {
  if (!(error instanceof Error)) return String(error);
  if ('issues' in error && Array.isArray(error.issues)) {
    const { renderIssues } = await import('@tappet/core');
    return renderIssues(error.issues);
  }
  const hint = 'hint' in error && typeof error.hint === 'string' ? `\n  ${error.hint}` : '';
  // An error without a code is a mistake of ours, and whoever reports it needs the place.
  const isOurs = !('code' in error);
  return `${isOurs ? (error.stack ?? error.message) : error.message}${hint}`;
}
