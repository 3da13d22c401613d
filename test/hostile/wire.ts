/** Requests as a proxy passes them on: each says whose it is. */
import { Agent, request } from 'node:http';

/** How long (ms) an answer is waited for, beyond what a poll is held. */
const PATIENCE = 20_000;
/** As much of an answer as tells how it ended. */
const HEAD = 400;

export interface Asked {
  method?: 'GET' | 'POST';
  path: string;
  /** The client's address. */
  from: string;
  headers?: Record<string, string>;
  body?: string;
  /** Keeps all of the answer, not only its beginning. */
  whole?: boolean;
  patience?: number;
}

export interface Came {
  /** 0: no answer. */
  status: number;
  text: string;
}

export function agentOf(sockets: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: sockets });
}

/** Asks once. Never rejects. */
export function ask(
  agent: Agent,
  url: string,
  { method = 'POST', path, from, headers = {}, body, whole = false, patience = PATIENCE }: Asked,
): Promise<Came> {
  return new Promise((resolve) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(
      url + path,
      { method, agent, timeout: patience, headers: { 'x-forwarded-for': from, ...length, ...headers } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (data: string) => {
          if (whole || text.length < HEAD) text += data;
        });
        answer
          .on('close', () => resolve({ status: answer.complete ? (answer.statusCode ?? 0) : 0, text }))
          .on('error', () => undefined);
      },
    );
    sent.on('error', () => resolve({ status: 0, text: '' })).on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

/** `ok`, an error's code, or the status of what is no answer of an operation. */
export function outcomeOf({ status, text }: Came): string {
  if (text.startsWith('{"ok":true') || /^\/\*\*\/[\w.[\]$]+\(\{"ok":true/.test(text)) return 'ok';
  return /"code":"(\w+)"/.exec(text)?.[1] ?? (status === 0 ? 'closed' : `HTTP ${status}`);
}
