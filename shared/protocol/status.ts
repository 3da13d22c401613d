/** The answer of `/status`. */

/** `slow`: the process that answers is under pressure. `undelivered`: no worker runs. `away`: Redis cannot be used. */
export type ServerState = 'works' | 'slow' | 'undelivered' | 'away';

/** The answer of `GET /status`. `since`: since when the process has seen it so (ms since 1970). */
export interface ServerStatus {
  ok: boolean;
  state: ServerState;
  text: string;
  since: number;
  version: string;
}
