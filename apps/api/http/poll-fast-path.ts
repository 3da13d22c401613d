/**
 * Polls, which are most of all requests, are answered ahead of Koa by the same operation: Koa's context and its watch over the
 * answer cost as much again as all that a poll served from memory needs. Everything else is Koa's.
 */
import type { RequestListener } from 'node:http';
import type Koa from 'koa';
import type { Dispatch } from './dispatch.js';

const POLL = /^\/(?:jsonp|api)\/poll(?:\?|$)/;

export function withPollFastPath(app: Koa, serve: Dispatch): RequestListener {
  const koa = app.callback();
  return (req, res) => {
    const url = req.url ?? '';
    if (!POLL.test(url)) return void koa(req, res);
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    serve(req, res, path, end < 0 ? '' : url.slice(end + 1));
  };
}
