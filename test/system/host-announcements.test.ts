/** An announcement of the host, for people who come to a process that has just started. */
import { expect } from 'vitest';
import { ask } from '../support/client.js';
import { systemWith } from '../support/fixtures/system.js';
import { Host, PASSWORD } from '../support/host.js';

const it = systemWith({ env: { ADMIN_PASSWORD: PASSWORD, TRUST_PROXY: 1 } });

it('is told by a new process from its first answer on', async ({ system, url }) => {
  const said = await new Host(url).post('/admin/announce', { kind: 'notice', text: 'Hello' });
  expect(said.status).toBe(200);
  const fresh = await system.addApi();
  const { room } = await ask<{ room: { news?: object } }>(fresh.url, 'join', { room: 'hall' });
  expect(room.news).toMatchObject({ text: 'Hello' });
});
