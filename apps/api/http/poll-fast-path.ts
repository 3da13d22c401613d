/**
 * Polls are most of all requests, so they are answered ahead of Koa, by the same operation. Koa's context and its watch
 * over the response cost as much as a poll that is served from memory. Streams and their acknowledgements are answered
 * here, too. Koa serves everything else.
 */
import type { RequestListener } from 'node:http';
import type Koa from 'koa';
import type { Dispatch } from './dispatch.js';

const POLL_URL = /^\/(?:(?:jsonp|api)\/(?:poll|ack)|api\/stream)(?:\?|$)/;

export function withPollFastPath(app: Koa, dispatch: Dispatch): RequestListener {
  const koa = app.callback();
  return (req, res) => {
    const url = req.url ?? '';
    if (!POLL_URL.test(url)) return void koa(req, res);
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    dispatch(req, res, path, end < 0 ? '' : url.slice(end + 1));
  };
}
