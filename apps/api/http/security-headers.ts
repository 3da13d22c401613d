/**
 * The security headers of everything that is not an operation: content security policy (CSP), framing, resource policy.
 */
import type { Middleware } from 'koa';
import helmet from 'koa-helmet';
import { QUEUES_PATH } from '../admin/queue-board.js';

type Directives = Record<string, string[]>;

/** Our own pages run only our own scripts and call only this server. */
const OWN_PAGES = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  frameAncestors: ["'self'"],
  formAction: ["'self'", 'https://jsfiddle.net', 'https://codepen.io', 'https://stackblitz.com'],
};
/** A page with a chat shows images from anywhere to which messages link, when the user asks for one. */
const WITH_CHAT = { ...OWN_PAGES, imgSrc: [...OWN_PAGES.imgSrc, 'https:'] };
/**
 * Bull Board sets the base address and styles inside its page. It does without the fonts that it would load from
 * elsewhere.
 */
const QUEUE_BOARD = {
  ...OWN_PAGES,
  styleSrc: ["'self'", "'unsafe-inline'"],
  baseUri: ["'self'"],
  frameAncestors: ["'none'"],
};
/** The admin page submits no form, and nobody may frame it. */
const ADMIN = { ...OWN_PAGES, formAction: ["'none'"], frameAncestors: ["'none'"] };
/**
 * Any page may frame an embedded room. There is no `frameAncestors` at all: even `*` would exclude pages from files and
 * sandboxed frames.
 */
const { frameAncestors: _, ...EMBEDDED_PAGES } = WITH_CHAT;
const EMBEDDED = { ...EMBEDDED_PAGES, formAction: ["'none'"] };
/**
 * The frame in which the doctor calls this server as a foreign page would. It is sandboxed, so it never has an origin.
 * In WebKit `'self'` matches nothing on a page without an origin, and a proxy may hide our name. So the frame may load
 * from anywhere; it holds nothing worth protecting.
 */
const WITHOUT_ORIGIN = {
  ...OWN_PAGES,
  sandbox: ['allow-scripts'],
  scriptSrc: ["'self'", 'http:', 'https:'],
  connectSrc: ["'self'", 'http:', 'https:'],
};

const DOCTOR_FRAME_PATH = '/doctor-frame.html';
const EMBED_PATH = /^\/embed\/[A-Za-z0-9._-]{1,64}$/;
/** The start page, and rooms. */
const CHAT_PATH = /^\/(index\.html|r\/.*)?$/;
const ADMIN_PATH = /^\/(admin|metrics)/;

/** Sets the headers by path. */
export function securityHeaders(): Middleware {
  const headers = {
    queueBoard: headersWith(QUEUE_BOARD, 'same-origin'),
    admin: headersWith(ADMIN, 'same-origin'),
    embedded: headersWith(EMBEDDED, 'cross-origin'),
    withoutOrigin: headersWith(WITHOUT_ORIGIN, 'cross-origin'),
    withChat: headersWith(WITH_CHAT, 'cross-origin'),
    ownPages: headersWith(OWN_PAGES, 'cross-origin'),
  };
  const policyOf = (path: string): keyof typeof headers => {
    if (path.startsWith(QUEUES_PATH)) return 'queueBoard';
    if (path === DOCTOR_FRAME_PATH) return 'withoutOrigin';
    if (CHAT_PATH.test(path)) return 'withChat';
    if (EMBED_PATH.test(path)) return 'embedded';
    return ADMIN_PATH.test(path) ? 'admin' : 'ownPages';
  };
  return (ctx, next) => headers[policyOf(ctx.path)](ctx, next);
}

/**
 * Pages of other origins load our scripts, so most paths have the resource policy `cross-origin`. Headers that only
 * make sense over HTTPS (HSTS, upgrade) are left to the proxy that terminates TLS.
 */
function headersWith(directives: Directives, policy: 'same-origin' | 'cross-origin'): Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginResourcePolicy: { policy },
    crossOriginOpenerPolicy: false,
    xFrameOptions: 'frameAncestors' in directives,
    strictTransportSecurity: false,
    originAgentCluster: false,
  });
}
