import type { TokenCursor } from './cursor.ts';
import type { HostFacts } from './host-facts.ts';
import type { IssueList } from './issue-list.ts';
import type { Limits } from './settings.ts';

/** What the readers of statements share. */
export interface ReadContext {
  readonly cursor: TokenCursor;
  readonly issues: IssueList;
  readonly host: HostFacts;
  /** The limits in force at this point of the file. */
  readonly limits: Limits;
}
