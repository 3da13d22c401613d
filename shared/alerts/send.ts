/** Sends an alert to the host: posts it to a web hook, mails it, or both. */
import type { Config } from '../config/config.js';

/** How long a receiver may take to answer. */
const TIMEOUT_MS = 10_000;
/** The mail server of this machine. */
const LOCAL_SMTP = 'smtp://127.0.0.1:25';
const LOCAL_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

export type AlertConfig = Pick<Config, 'alertUrl' | 'alertFormat' | 'alertMail' | 'smtpUrl'>;

export interface Alert {
  /** The alert: `redis`, `memory`, ... or `test`. */
  name: string;
  state: 'begun' | 'goes on' | 'over';
  /** When it began, in ms since 1970. */
  since: number;
  /** One line, for a title. */
  subject: string;
  /** Sentences for the host. */
  text: string;
}

/** A way to the host. `to` names it in logs, without its secrets. */
interface Way {
  to: 'ALERT_URL' | 'ALERT_MAIL';
  send(alert: Alert): Promise<void>;
}

/** Returns the ways that the host has set: none, one or two. */
function waysOf(config: AlertConfig): Way[] {
  const { alertUrl, alertMail } = config;
  return [
    ...(alertUrl === null ? [] : [{ to: 'ALERT_URL', send: (alert) => post(alertUrl, config, alert) } satisfies Way]),
    ...(alertMail.length > 0 ? [{ to: 'ALERT_MAIL', send: (alert) => mail(config, alert) } satisfies Way] : []),
  ];
}

/** Whether the host wants alerts. */
export const wantsAlerts = (config: AlertConfig): boolean => waysOf(config).length > 0;

/** Sends by all ways at once. Resolves with what became of each: null, or why it failed. Never rejects. */
export async function sendAlert(
  config: AlertConfig,
  alert: Alert,
): Promise<{ to: Way['to']; failure: string | null }[]> {
  return Promise.all(
    waysOf(config).map(async ({ to, send }) => ({
      to,
      failure: await send(alert).then(() => null, failureOf),
    })),
  );
}

async function post(url: string, { alertFormat }: AlertConfig, { name, state, since, subject, text }: Alert) {
  const asText = alertFormat === 'text';
  // Slack and Mattermost read `text`, Discord reads `content`; each ignores what it does not know
  const fields = { text, content: text, subject, alert: name, state, since: new Date(since).toISOString() };
  const { username, password, href } = withoutPassword(url);
  const answer = await fetch(href, {
    method: 'POST',
    body: asText ? text : JSON.stringify(fields),
    headers: {
      'Content-Type': asText ? 'text/plain; charset=utf-8' : 'application/json',
      ...(username !== '' && { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }),
    },
    redirect: 'error', // a redirected POST would come as a GET without the text
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
}

/** `fetch` refuses an address with a password. */
function withoutPassword(text: string): { username: string; password: string; href: string } {
  const url = new URL(text);
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = '';
  url.password = '';
  return { username, password, href: url.href };
}

async function mail({ alertMail, smtpUrl }: AlertConfig, { subject, text }: Alert): Promise<void> {
  const url = new URL(smtpUrl ?? LOCAL_SMTP);
  const user = decodeURIComponent(url.username);
  const { createTransport } = await import('nodemailer'); // most hosts need no mail
  const transport = createTransport({
    url: url.href,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // the certificate of a mail server for its own machine is seldom valid
    ignoreTLS: url.protocol === 'smtp:' && LOCAL_HOST.test(url.hostname),
  });
  try {
    // a mail server lets an account send under its own address only
    await transport.sendMail({ from: user.includes('@') ? user : alertMail[0], to: alertMail, subject, text });
  } finally {
    transport.close();
  }
}

/** Returns half a sentence. It names no path and no password: an address may be a secret. */
function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return error.cause instanceof Error ? error.cause.message : error.message; // `fetch` says why in the cause
}
