/** Walks of people through the chat, in each of the three engines that browsers are built on. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, vi } from 'vitest';
import type { Site } from '../support/browser.js';
import type { Browser, Engine } from '../support/engines/engine.js';
import { ENGINES, isLeftOut, startBrowser } from '../support/engines/engines.js';
import { Person, type Visitor } from '../support/engines/visitor.js';
import { browserWith } from '../support/fixtures/browser.js';
import type { Follower } from '../support/follower.js';
import { Link } from '../support/link.js';
import type { TestSystem } from '../support/processes.js';
import { until } from '../support/until.js';
import { TestUser } from '../support/user.js';

/** ms for one walk: three browsers share two cores with other tests. */
const WALK_MS = 180_000;
/** ms for a message to be there. */
const PATIENCE_MS = 30_000;

const it = browserWith({ apis: 2, env: { RATE_LIMITS: 'off' } });
let system: TestSystem, site: Site, api: string;
it.beforeAll(async ({ fileStage }) => {
  ({ system, site, api } = fileStage);
  await system.addApi({ USER_TTL: 8 }); // holds a poll for half of it: the last look of the doctor is short there
});

const readme = readFileSync('README.md', 'utf8');
/** The examples of the README. */
const FIDDLE = /<!-- fiddle -->\s*```html\n([\s\S]*?)```/;
const LIBRARY = /## With the library\n\n((?: {4}.*\n)+)/;
const ELEMENT = /## A chat in two lines\n\n((?: {4}.*\n)+)/;

/** A page of another origin with an example of the README in it, in a room of its own. */
function exampleOf(pattern: RegExp, room: string): string {
  const text = pattern.exec(readme)?.[1] ?? '';
  const here = text.replaceAll('http://localhost:8080', api).replace(/(room=|room: '|room=")fiddle/, `$1${room}`);
  expect(here).toContain(room);
  return site.serve(`/${room}`, `<!doctype html><meta charset="utf-8"><title>${room}</title><body>${here}</body>`);
}

/** Somebody at another place, who hears what is said. */
class Guest {
  private constructor(
    readonly user: TestUser,
    readonly heard: Follower,
  ) {}

  static async join(room: string): Promise<Guest> {
    const user = await TestUser.join(api, { room });
    return new Guest(user, user.follow());
  }

  async hears(text: string): Promise<void> {
    await until(() => this.heard.texts().includes(text), `${text} at the guest's`, PATIENCE_MS);
  }
}

function walks(engine: Engine): void {
  const named = engine.name.toLowerCase();
  let browser: Browser;
  let people: Person[] = [];
  let guests: Guest[] = [];

  beforeAll(async () => {
    browser = await startBrowser(engine);
  });
  afterAll(() => browser?.close());
  afterEach(async ({ task }) => {
    await Promise.all(guests.map(({ heard }) => heard.stop()));
    guests = [];
    const leave = (): Promise<unknown> => Promise.all(people.map((one) => one.leave()));
    if (
      task.result?.state !== 'fail' &&
      (await leave().then(
        () => true,
        () => false,
      ))
    )
      return;
    // these browsers may hang: the next walk, or the next try, has others
    await Promise.all(people.map(({ session }) => session.close()));
    people = [];
  });

  /** Somebody of this walk, by number. */
  async function person(number: number): Promise<Person> {
    const found = people[number] ?? new Person(await browser.session());
    people[number] = found;
    return found;
  }

  const visit = async (address: string, by = 0): Promise<Visitor> => (await person(by)).visit(address);

  async function guestOf(room: string): Promise<Guest> {
    const guest = await Guest.join(room);
    guests.push(guest);
    return guest;
  }

  it.sequential('two people talk, one on the front page, one by its link', async () => {
    const ann = await visit(api);
    await ann.sees('.me', 'guest'); // beside a wide text, the chat has no place for the name
    const link = await ann.evaluate(() => document.querySelector<HTMLAnchorElement>('#full')?.href ?? '');
    const bob = await visit(link, 1);
    await bob.enter('textarea', 'Grüße 👩‍👩‍👧 from Bob');
    await ann.sees('.message', 'Grüße 👩‍👩‍👧 from Bob');
    await ann.enter('textarea', 'hello Bob');
    await bob.sees('.message', 'hello Bob');
  });

  it.sequential('a bubble counts while it is closed, and opens in its full size in a page that makes all small', async () => {
    const room = `${named}-bubble`;
    const guest = await guestOf(room);
    const chat = `<nobackend-chat room="${room}" mode="bubble"></nobackend-chat>`;
    const head = `<meta charset="utf-8"><title>${room}</title><script src="${api}/element.js"></script>`;
    const page = await visit(
      site.serve(`/${room}`, `<!doctype html><html lang="en">${head}<div style="transform: scale(0.1)">${chat}</div>`),
    );
    type Element = HTMLElement & { chat: { ready: Promise<unknown> } };
    await page.evaluate(() => document.querySelector<Element>('nobackend-chat')?.chat.ready.then(() => true));
    await guest.user.send('hello');
    await page.sees('.launch .badge', '1');
    await page.click('.launch');
    await page.sees('.message', 'hello');
    await page.enter('textarea', 'hello guest');
    await guest.hears('hello guest');
    const width = (): number | undefined =>
      document.querySelector('nobackend-chat')?.shadowRoot?.querySelector('.chat')?.getBoundingClientRect().width;
    expect(await page.evaluate(width)).toBe(400);
    await page.click('.shut');
    expect(await page.texts('textarea')).toEqual([]);
  });

  it.sequential.each([
    ['the fiddle of a dozen lines', FIDDLE, 'fiddle'],
    ['the library', LIBRARY, 'library'],
  ])('%s talks from another origin', async (_, pattern, name) => {
    const room = `${named}-${name}`;
    const guest = await guestOf(room);
    await guest.user.send('said before');
    const page = await visit(exampleOf(pattern, room)); // which has to end loading, though it polls
    await page.sees('#log', 'said before');
    await page.enter('#say:enabled', '<b>hello</b>');
    await guest.hears('<b>hello</b>');
    await guest.user.send('and back');
    await page.sees('#log', 'and back');
  });

  it.sequential('the element talks from another origin', async () => {
    const room = `${named}-element`;
    const page = await visit(exampleOf(ELEMENT, room));
    await page.sees('.own-name', 'guest');
    const guest = await guestOf(room);
    await page.enter('textarea', 'two lines');
    await guest.hears('two lines');
    await guest.user.send('are enough');
    await page.sees('.message', 'are enough');
  });

  it.sequential('a private message is for the two only', async () => {
    const room = `${named}-private`;
    const page = await visit(`${api}/r/${room}`);
    const [bob, eve] = [await guestOf(room), await guestOf(room)];
    await page.sees('.own-name', 'guest');
    if ((await page.texts('.list .who')).length === 0) await page.click('.crowd');
    await page.click('.list .who', bob.user.name);
    await page.enter('textarea', 'between us');
    await bob.hears('between us');
    const { from } = bob.heard.events.find(({ text }) => text === 'between us') ?? {};
    await bob.user.send({ text: 'it stays so', to: from?.id });
    await page.sees('.message', 'it stays so');
    await bob.user.send('and all the others');
    await eve.hears('and all the others');
    expect(eve.heard.texts()).toEqual(['and all the others']);
  });

  it.sequential('a reload keeps the user and what was said', async () => {
    const ann = await visit(`${api}/r/${named}-reload`);
    await ann.enter('textarea', 'still here');
    await ann.sees('.rows .message', 'still here');
    const names = await ann.texts('.own-name');
    await ann.driver.reload();
    await ann.sees('.message.mine', 'still here');
    expect(await ann.texts('.own-name')).toEqual(names);
  });

  it.sequential('two tabs of one browser are one user', async () => {
    const room = `${named}-tabs`;
    const first = await visit(`${api}/r/${room}`);
    await first.sees('.own-name', 'guest');
    const second = await visit(`${api}/r/${room}`);
    await second.sees('.own-name', (await first.texts('.own-name'))[0] ?? '');
    await second.enter('textarea', 'from the second');
    await first.sees('.message.mine', 'from the second');
    const guest = await guestOf(room);
    expect(guest.user.joined.room.members).toHaveLength(2);
    await guest.user.send('to both');
    for (const page of [first, second]) await page.sees('.message', 'to both');
  });

  it.sequential('a server that goes and comes back as another process loses nothing', async () => {
    const link = await Link.start(api);
    const page = await visit(`${link.url}/r/${named}-restart`);
    await page.enter('textarea', 'before');
    await page.sees('.rows .message', 'before');
    const names = await page.texts('.own-name');
    await link.close();
    await page.enter('textarea', 'meanwhile');
    await page.sees('.status', 'onnect');
    link.retarget(system.urls[1] ?? '');
    await link.open();
    await page.sees('.rows .message', 'meanwhile');
    expect(await page.texts('.own-name')).toEqual(names);
    await link.close();
  });

  it.sequential('events come by a stream', async () => {
    const link = await Link.start(api);
    const page = await visit(`${link.url}/r/${named}-stream`);
    await page.sees('.own-name', 'guest');
    await until(() => link.seen.some((path) => /\/stream\b/.test(path)), 'a stream', PATIENCE_MS);
    const guest = await guestOf(`${named}-stream`);
    const polls = (): string[] => link.seen.filter((path) => /\/poll\b/.test(path));
    const before = polls().length;
    for (const text of ['one', 'two', 'three']) {
      await guest.user.send(text);
      await page.sees('.rows .message', text);
    }
    expect(polls()).toHaveLength(before);
    await link.close();
  });

  it.sequential('the doctor ends, and finds everything good', async () => {
    const page = await visit(`${system.urls[2]}/doctor`);
    await page.sees('#progress', 'Done');
    expect(await page.texts('.findings li:not(:has(.good))')).toEqual([]);
    expect(await page.texts('.findings li')).toHaveLength(9);
  });
}

for (const engine of ENGINES) {
  // a second try in new sessions: WebKit's driver hangs now and then on a busy machine
  const options = { concurrent: true, skip: isLeftOut(engine), timeout: WALK_MS, retry: 1 };
  describe(`in ${engine.name}`, options, () => walks(engine));
}

describe('an engine that is not installed', () => {
  const missing: Engine = { ...(ENGINES[0] as Engine), name: 'Servo', packages: 'servo', isInstalled: false };

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is left out, and that is said in one line', () => {
    vi.stubEnv('CI', '');
    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(isLeftOut(missing)).toBe(true);
    expect(said.mock.calls).toEqual([['The walks in Servo are left out: install servo.']]);
    said.mockRestore();
  });

  it('fails with CI set', async () => {
    vi.stubEnv('CI', 'true');
    expect(isLeftOut(missing)).toBe(false);
    await expect(startBrowser(missing)).rejects.toThrow('Servo is missing: install servo.');
  });
});
