/** The host at its own address: it sees figures and acts. And visitors, whom an act concerns. */
import type { AdminSnapshot, OperatorActionReply } from '../../shared/protocol/admin.js';

export const PASSWORD = 'host';

export const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Headers of a request with a password, from an address. */
export const withPassword = (password: string, from: string): Record<string, string> => ({
  Authorization: basic('me', password),
  'X-Forwarded-For': from,
});

/** Counts the addresses of hosts. */
let addresses = 0;

export class Host {
  readonly address = `192.0.2.${++addresses}`;

  /** `base`: the API process that it asks, unless another is given. */
  constructor(readonly base: string) {}

  get headers(): Record<string, string> {
    return withPassword(PASSWORD, this.address);
  }

  async figures(base = this.base, since = 0): Promise<AdminSnapshot> {
    return (await (
      await fetch(`${base}/admin/figures?since=${since}`, { headers: this.headers })
    ).json()) as AdminSnapshot;
  }

  /** Sends JSON to one of its addresses, with its password. */
  post(path: string, body: unknown, headers: Record<string, string> = {}, base = this.base): Promise<Response> {
    return fetch(base + path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...this.headers, 'Content-Type': 'application/json', ...headers },
    });
  }

  async act(body: unknown): Promise<OperatorActionReply> {
    return (await (await this.post('/admin/act', body)).json()) as OperatorActionReply;
  }
}

/** Returns how an operation ends for a page of that origin, behind that address. */
export async function outcome(
  base: string,
  op: string,
  parameters: object,
  { from = '198.51.100.1', origin }: { from?: string; origin?: string } = {},
): Promise<string> {
  const headers = { 'X-Forwarded-For': from, ...(origin !== undefined && { Origin: origin }) };
  const answer = (await (
    await fetch(`${base}/api/${op}`, { method: 'POST', body: JSON.stringify(parameters), headers })
  ).json()) as { ok: boolean; error?: { code: string; reason?: string } };
  return answer.ok ? 'ok' : [answer.error?.code, answer.error?.reason].filter((part) => part !== undefined).join(' ');
}
