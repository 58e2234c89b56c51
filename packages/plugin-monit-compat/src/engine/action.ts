import type { Action, AlertSetting, Command } from '../language/ast.ts';
import type { MonitEvent } from './event.ts';

export type ServiceAction = 'start' | 'stop' | 'restart' | 'monitor' | 'unmonitor';

/** One thing to do to one service. Steps of an action are done in order. */
export interface Step {
  readonly op: ServiceAction;
  readonly service: string;
  /** `abort`: when this step fails the steps after it are not done. */
  readonly onFailure: 'abort' | 'continue';
}

/** What a pass wants done. The engine does nothing itself. */
export type EngineAction =
  | {
      readonly kind: 'service';
      readonly action: ServiceAction;
      readonly service: string;
      readonly steps: readonly Step[];
      readonly cause: MonitEvent;
    }
  | {
      readonly kind: 'exec';
      readonly service: string;
      readonly command: Command;
      readonly timeoutMs: number | undefined;
      readonly cause: MonitEvent;
    }
  | {
      readonly kind: 'alert';
      readonly service: string;
      readonly recipients: readonly AlertSetting[];
      readonly isReminder: boolean;
      readonly action: string;
      readonly cause: MonitEvent;
    }
  /** A passive service: what would have been done. */
  | {
      readonly kind: 'suppressed';
      readonly action: ServiceAction;
      readonly service: string;
      readonly cause: MonitEvent;
    };

/** The name of an action as alerts carry it. */
export function actionName(action: Action): string {
  return action.kind;
}
