/**
 * Members of a room whose pages show its messages by the events that come, and what may happen to them step by step.
 */
import fc from 'fast-check';
import { finishForgetting } from '../../apps/worker/jobs/forget.js';
import { type ChatEvent, compareIds, type RoomView } from '../../shared/protocol/events.js';
import { FanOutSteps } from '../../shared/store/fan-out.js';
import type { Answer, Part, Worker } from './parts.js';
import { pick } from './pick.js';

type Change = 'edit' | 'unsay' | 'remove' | 'report';
type Step =
  | { kind: 'join' }
  | { kind: 'send'; member: number; part: number }
  | { kind: Change; member: number; part: number; message: number; text: number }
  | { kind: 'mute'; member: number; on: boolean }
  | { kind: 'poll'; member: number; part: number; lostAnswer: boolean }
  | { kind: 'fanOut'; worker: number }
  | { kind: 'dyingWorker'; worker: number; calls: number }
  | { kind: 'forget'; member: number }
  | { kind: 'clear' };

const [member, part, worker] = [fc.nat(4), fc.nat(1), fc.nat(1)];
const kindOf = <Kind extends string>(kind: Kind) => fc.constant(kind);
const change = <Kind extends Change>(kind: Kind) =>
  fc.record({ kind: kindOf(kind), member, part, message: fc.nat(7), text: fc.nat(2) });
export const steps = fc.array(
  fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<Step> }[]>(
    { weight: 1, arbitrary: fc.record({ kind: kindOf('join') }) },
    { weight: 8, arbitrary: fc.record({ kind: kindOf('send'), member, part }) },
    { weight: 12, arbitrary: change('edit') },
    { weight: 2, arbitrary: change('unsay') },
    { weight: 1, arbitrary: change('remove') },
    { weight: 1, arbitrary: change('report') },
    { weight: 2, arbitrary: fc.record({ kind: kindOf('mute'), member, on: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ kind: kindOf('poll'), member, part, lostAnswer: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ kind: kindOf('fanOut'), worker }) },
    { weight: 2, arbitrary: fc.record({ kind: kindOf('dyingWorker'), worker, calls: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: kindOf('forget'), member }) },
    { weight: 1, arbitrary: fc.record({ kind: kindOf('clear') }) },
  ),
  { minLength: 20, maxLength: 100, size: 'max' },
);

/** The messages that a page shows: what each says, and since when if it was edited. */
export type Shown = Map<string, { from: number; text: string | undefined; editedAt: number | undefined }>;

function show(shown: Shown, event: ChatEvent): void {
  const { type, id, from, text, editedAt, at } = event;
  if (type === 'message') shown.set(id, { from: from.id, text, editedAt });
  const edited = type === 'edited' && shown.get(event.edited ?? '');
  if (edited) Object.assign(edited, { text, editedAt: at });
  if (type === 'removed') shown.delete(event.removed ?? '');
  if (type === 'cleared') shown.clear();
}

/** A page, which begins with the history that it has read. */
class Page {
  readonly shown: Shown = new Map();
  muted = false;
  #lastSeen = '0-0';

  constructor(
    readonly world: World,
    readonly id: number,
    readonly token: string,
    public cursor: string,
  ) {}

  async begin(view: RoomView): Promise<void> {
    this.#lastSeen = view.history.at(-1)?.id ?? '0-0';
    for (const [id, message] of await this.read()) this.shown.set(id, message);
  }

  call(at: number, op: Parameters<Part['call']>[0], more: object = {}): Promise<Answer> {
    return pick(this.world.parts, at).call(op, { token: this.token, room: this.world.room, ...more });
  }

  /** The view of a page that begins now: it reads all pages of history. */
  async read(): Promise<Shown> {
    let [events, before, more]: [ChatEvent[], string | undefined, boolean] = [[], undefined, true];
    while (more) {
      const page = (await this.call(0, 'history', { limit: 3, before })) as Answer & { more: boolean; before?: string };
      events = [...page.events, ...events];
      before = page.events[0]?.id ?? page.before;
      more = page.more;
    }
    const shown: Shown = new Map();
    for (const event of events) show(shown, event);
    return shown;
  }

  take({ cursor, events }: Answer): void {
    this.cursor = cursor;
    for (const event of events) {
      if (compareIds(event.id, this.#lastSeen) <= 0) continue;
      this.#lastSeen = event.id;
      show(this.shown, event);
    }
  }
}

export interface World {
  room: string;
  parts: Part[];
  workers: Worker[];
  pages: Page[];
  /** The ids of all messages that were sent. */
  sent: string[];
  /** The text that everybody must read in them: the last text of an author that was heard. */
  said: Map<string, string>;
  /** Users that have gone with their messages. Only their `left` is told. */
  forgotten: Set<number>;
}

export async function join(world: World): Promise<Page> {
  const { user, token, cursor, room } = (await pick(world.parts, world.pages.length).call('join', {
    room: world.room,
    history: world.pages.length % 2 ? 50 : 1,
  })) as unknown as { user: { id: number }; token: string; cursor: string; room: RoomView };
  const page = new Page(world, user.id, token, cursor);
  await page.begin(room);
  return page;
}

async function send(world: World, { member: index, part: at }: Extract<Step, { kind: 'send' }>): Promise<void> {
  const page = pick(world.pages, index);
  const text = `text ${world.sent.length}`;
  const id = String((await page.call(at, 'send', { text })).id);
  world.sent.push(id);
  if (!page.muted) world.said.set(id, text);
}

async function run(world: World, step: Exclude<Step, { kind: Change }>): Promise<void> {
  const [owner] = world.pages;
  switch (step.kind) {
    case 'join':
      return void (world.pages.length < 5 && world.pages.push(await join(world)));
    case 'send':
      return send(world, step);
    case 'mute': {
      const page = pick(world.pages, step.member);
      if (page === owner) return;
      page.muted = step.on;
      return void (await owner?.call(0, 'mute', { user: page.id, seconds: step.on ? 600 : 0, quiet: step.on }));
    }
    case 'poll': {
      const page = pick(world.pages, step.member);
      const answer = await pick(world.parts, step.part).poll(page.token, page.cursor);
      return step.lostAnswer ? undefined : page.take(answer);
    }
    case 'fanOut':
      return pick(world.workers, step.worker).fanOut.advanceRoom(world.room);
    case 'dyingWorker': {
      const fanOut = new FanOutSteps(pick(world.workers, step.worker).store);
      const batch = await fanOut.readBatch(world.room);
      for (const shard of batch.entries.length > 0 ? batch.shards.slice(0, step.calls) : [])
        await fanOut.deliver(world.room, shard, batch);
      return;
    }
    case 'forget': {
      const page = pick(world.pages, step.member);
      if (page === owner) return;
      world.forgotten.add(page.id);
      world.pages.splice(world.pages.indexOf(page), 1);
      return void (await pick(world.parts, 0).call('leave', { token: page.token, forget: true }));
    }
    case 'clear':
      return void (await owner?.call(0, 'clear'));
  }
}

/** Somebody changes one of the newest messages, or wants to. */
async function changeMessage(world: World, step: Extract<Step, { kind: Change }>): Promise<void> {
  const [page, id] = [pick(world.pages, step.member), world.sent.at(-1 - step.message)];
  if (id === undefined) return;
  const text = `edit ${step.text} of ${id}`;
  const done = await page.call(step.part, step.kind, step.kind === 'edit' ? { id, text } : { id }).then(
    () => true,
    () => false,
  );
  if (done && step.kind === 'edit' && !page.muted) world.said.set(id, text);
}

export const takeStep = (world: World, step: Step): Promise<void> =>
  'message' in step ? changeMessage(world, step) : run(world, step);

/** Lets workers and pages do everything that is left to do. */
export async function drain(world: World): Promise<void> {
  const { store, fanOut } = pick(world.workers, 0);
  await fanOut.advanceRoom(world.room);
  await finishForgetting(store, 60_000, () => undefined, { abandonedMs: -1, rewriteMs: -1 });
  await fanOut.advanceRoom(world.room);
  for (const page of world.pages)
    for (let more = true; more; ) {
      const answer = await pick(world.parts, 0).poll(page.token, page.cursor);
      page.take(answer);
      more = answer.events.length > 0;
    }
}
