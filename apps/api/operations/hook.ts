import type { Config } from '../../../shared/config/config.js';
import { Reach } from '../../../shared/hooks/networks.js';
import { literalAddress, parseHookUrl } from '../../../shared/hooks/url.js';
import { ChatError } from '../../../shared/protocol/errors.js';
import type { HookShape } from '../../../shared/protocol/events.js';
import { notAllowed } from '../../../shared/store/denials.js';
import { addHook, switchHook } from '../../../shared/store/hooks-out.js';
import { hookSecret } from '../../../shared/store/tokens.js';
import { authorizeActor } from '../moderation/authorize-actor.js';
import { ok } from '../reply.js';
import type { Operation } from './operation.js';

/** Adds an outgoing hook, removes one, or lets one go on. Returns a new one's id, and once the secret that signs. */
export const hook: Operation<'hook'> = async ({ store }, { url, shape = 'json', bots, id, on, ...given }) => {
  const isSwitch = id !== undefined && on !== undefined;
  if (isSwitch === (url !== undefined))
    throw new ChatError('bad_request', 'hook needs url for a new hook, or id and on for one that is there.', {
      field: 'url',
    });
  const actor = await authorizeActor(store, given);
  if (!store.config.hooksOut && on !== false) throw notAllowed('hooks');
  if (isSwitch) {
    await switchHook(store, actor, id, on);
    return ok();
  }
  const target = checkTarget(store.config, url ?? '', shape);
  const secret = shape === 'json' ? { secret: hookSecret() } : {};
  const added = await addHook(store, actor, { url: target, shape, ...(bots && { bots }), ...secret });
  return ok({ id: added, ...secret });
};

/**
 * Returns an address as it is stored. Whether a name leads to an address that hooks may reach is seen each time when
 * something is sent: it may change. Throws `bad_request`.
 */
function checkTarget({ hooksOutNetworks }: Config, text: string, shape: HookShape): string {
  const refuse = (message: string): never => {
    throw new ChatError('bad_request', message, { field: 'url' });
  };
  const url = parseHookUrl(text) ?? refuse('url is no address.');
  if (url.protocol === 'http:' && hooksOutNetworks.length === 0) refuse('url must begin with https:.');
  const address = literalAddress(url);
  if (address !== null && new Reach(hooksOutNetworks).of(address) === 'none')
    refuse('url is in a network that hooks may not reach.');
  if (shape === 'telegram' && !url.searchParams.get('chat_id')) refuse('url needs chat_id for Telegram.');
  return url.href;
}
