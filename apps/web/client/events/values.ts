import { type ChatEvent, compareIds, type RoomValue, type RoomValues } from '../../../../shared/protocol/events.js';
import type { Answers, Fields } from '../answers.js';
import type { ChatValues, SetOptions, ValueChange } from '../api.js';
import { asJson, type Failure } from '../errors.js';
import { callSafely } from './emitter.js';
import { type Heard, START } from './order.js';

/** A write of this page that it shows already, although the room's events have not told of it yet. */
interface OptimisticWrite {
  key: string;
  /** Returns the value after the write. */
  apply: (before: unknown) => unknown;
  /** '' until the server has answered. */
  version: string;
  fields: Fields;
  done: Promise<Answers['add']>;
}

/** Whether a key stands for all keys that begin with it. */
const isMany = (key: string): boolean => !key || key.slice(-1) === '/';
const covers = (key: string, one: string): boolean => one === key || (isMany(key) && one.slice(0, key.length) === key);

/** Whether it is a `set` that does not depend on what is there. */
const isPlain = (values: Fields): boolean => 'value' in values && !values.if;

/** The parts of the chat that the values of a room need. */
export interface ValuesDelegate {
  readonly ready: Promise<unknown>;
  /** 0 until the room is open. */
  userId(): number;
  write(operation: 'set' | 'add', values: Fields): Promise<unknown>;
  read(values: Fields): Promise<Answers['get']>;
}

type Listener = (value: unknown, change: ValueChange) => void;

/**
 * The values of a room as this page knows them. They are a snapshot, the `value` events after it, and above both the
 * writes of this page that no event has told of yet. The version of a value is the id of its event, so what is not
 * newer is known.
 */
export class Values implements ChatValues {
  /** All events up to this id are in `now`. */
  private through = START;
  private now = new Map<string, RoomValue>();
  /**
   * Keys that only another tab has told of. Any page of this origin could be that tab, so the server's word replaces
   * it.
   */
  private doubted = new Set<string>();
  private pending: OptimisticWrite[] = [];
  private reading: Promise<void> = Promise.resolve();
  /** A reading waits for its turn. It serves all who ask meanwhile. */
  private waits = false;
  /** The events that have arrived while the values are being read. */
  private since: Heard[] | null = null;
  /** The JSON that listeners know, by key. */
  private readonly told = new Map<string, string>();
  private readonly listeners = new Set<(key: string, from: ChatEvent['from'] | null) => void>();

  constructor(
    private readonly room: string,
    private delegate: ValuesDelegate,
  ) {}

  /** The chat may have gone over to another server. Versions of the former one mean nothing there. */
  attach(delegate: ValuesDelegate): void {
    if (delegate !== this.delegate) this.pending = this.pending.filter(({ version }) => !version);
    this.delegate = delegate;
  }

  get(key: string): unknown {
    return this.view(this.stored(key));
  }

  version(given: string): string {
    const key = this.stored(given);
    const told = this.toldVersion(key);
    const [own] = this.pending
      .filter((one) => covers(one.key, key) && compareIds(one.version || START, told) > 0)
      .slice(-1);
    return !own ? told : own.fields.value === null ? '0' : own.version;
  }

  all(prefix = ''): Record<string, unknown> {
    const start = this.stored(prefix);
    const found: Record<string, unknown> = {};
    this.keys()
      .sort()
      .forEach((key) => {
        const value = this.view(key);
        if (value !== undefined && key.slice(0, start.length) === start) found[key] = value;
      });
    return found;
  }

  async set(key: string, value: unknown, options: SetOptions = {}): Promise<string> {
    const copy = asJson(value, 'value');
    const shown = copy === null ? undefined : copy;
    return (await this.write('set', { key, value: copy, if: options.if }, () => shown)).version;
  }

  async add(key: string, by = 1): Promise<number> {
    // the server adds nothing to a value that is not a number
    const sum = (before: unknown = 0): unknown =>
      typeof before === 'number' && typeof by === 'number' ? before + by : before;
    return (await this.write('add', { key, by }, sum)).value;
  }

  async delete(key: string, options?: SetOptions): Promise<void> {
    await this.set(key, null, options);
  }

  on(wanted: string, listener: Listener): () => void {
    let ended = false;
    const hear = (key: string, from: ChatEvent['from'] | null): void => {
      if (covers(this.stored(wanted), key))
        callSafely(() => listener(this.view(key), { key, version: this.version(key), from }), undefined);
    };
    void this.delegate.ready.then(
      () => {
        const start = this.stored(wanted);
        const found = this.keysUnder(start);
        if (ended) return;
        this.listeners.add(hear);
        for (const key of found.length > 0 ? found : [start]) hear(key, null);
      },
      () => undefined,
    );
    return () => {
      ended = true;
      this.listeners.delete(hear);
    };
  }

  /** Takes over the room's values as the server shows them. */
  open(shown: RoomValues): void {
    const former = this.keys();
    this.now = new Map(
      Object.keys(shown.values).map((key): [string, RoomValue] => [key, shown.values[key] as RoomValue]),
    );
    this.doubted = new Set();
    this.reach(shown.version);
    for (const key of former.concat(this.keys())) this.tell(key);
    if (shown.more) this.renew();
  }

  /** Takes an event of the room. `certain`: the server itself gave it to this page. */
  take(chatEvent: ChatEvent, certain = true): void {
    const { id, type, key = '', from } = chatEvent;
    if (this.since) this.since.push([chatEvent, certain]);
    if (type === 'cleared') this.renew(); // the events of values were removed with the log
    if ((type !== 'value' && type !== 'left') || compareIds(id, this.through) <= 0) return;
    const changed = this.keysUnder(type === 'left' ? `@${from.id}/` : key);
    if (certain) this.reach(id);
    for (const one of changed) this.change(one, chatEvent, certain);
  }

  /** Applies an event to one key, unless a newer one is known. */
  private change(key: string, { id, value = null, from }: ChatEvent, certain: boolean): void {
    const isDoubted = this.doubted.has(key) && certain;
    if (compareIds(id, isDoubted ? START : this.toldVersion(key)) <= 0) return;
    if (certain) this.doubted.delete(key);
    else this.doubted.add(key);
    if (value === null) this.now.delete(key);
    else this.now.set(key, { value, version: id });
    this.tell(key, from);
  }

  /** Reads all values from the server again. */
  renew(): void {
    if (this.waits) return;
    this.waits = true;
    this.reading = this.reading.then(() => this.read());
  }

  private async read(): Promise<void> {
    this.waits = false;
    const since: Heard[] = [];
    this.since = since;
    const whole: RoomValues = { values: {}, version: '' };
    let after: RoomValues['more'];
    try {
      do {
        const page = await this.delegate.read({ room: this.room, after });
        Object.assign(whole.values, page.values);
        whole.version = whole.version || page.version; // the version of a later page would hide changes between
        after = page.more;
      } while (after);
      this.open(whole);
    } catch (_) {
      since.length = 0; // the user is no longer in the room
    }
    this.since = null;
    for (const heard of since) this.take(...heard); // these may be newer than what was read
  }

  /** Returns the version that the room has told of. */
  private toldVersion(key: string): string {
    const found = this.now.get(key);
    return found ? found.version : '0';
  }

  private keys(): string[] {
    return [...new Set([...this.now.keys()].concat(this.pending.map(({ key }) => key)))];
  }

  /** Returns the keys that `key` stands for. */
  private keysUnder(key: string): string[] {
    return isMany(key) ? this.keys().filter((one) => covers(key, one)) : [key];
  }

  /**
   * Returns the key as everybody reads it. The page writes `@me/` for its user's own keys; others see the user's id.
   */
  private stored(key: string): string {
    return `${key}`.replace(/^@me\//, `@${this.delegate.userId()}/`);
  }

  private view(key: string): unknown {
    const found = this.now.get(key);
    let value = found ? found.value : undefined;
    this.pending.forEach(({ key: its, version, apply }) => {
      if (covers(its, key) && (!version || compareIds(version, this.toldVersion(key)) > 0)) value = apply(value);
    });
    return value;
  }

  /** All events up to `id` are known, and so are the writes of this page that were accepted by then. */
  private reach(id: string): void {
    this.through = id;
    this.pending = this.pending.filter(({ version }) => !version || compareIds(version, id) > 0);
  }

  /** Shows a write at once, and takes it back if it fails. */
  private async write(
    operation: 'set' | 'add',
    values: Fields,
    apply: OptimisticWrite['apply'],
  ): Promise<Answers['add']> {
    await this.delegate.ready;
    const key = this.stored(values.key as string);
    const [before] = this.pending.filter((one) => covers(one.key, key) || covers(key, one.key)).slice(-1);
    const waits = before && before.key === key && isPlain(before.fields) && !before.fields.id;
    if (waits && isPlain(values)) {
      // the newest write of a key is enough
      Object.assign(before.fields, values);
      before.apply = apply;
      this.tellAll(key);
      return before.done;
    }
    const done = this.delegate.write(operation, Object.assign(values, { room: this.room })) as Promise<Answers['add']>;
    const pending: OptimisticWrite = { key, apply, version: '', fields: values, done };
    this.pending.push(pending);
    this.tellAll(key);
    try {
      const answer = await done;
      pending.version = answer.version;
      this.reach(this.through);
      return answer;
    } catch (thrown) {
      this.pending = this.pending.filter((one) => one !== pending);
      const { code, version, value } = thrown as Failure;
      const told = this.toldVersion(key);
      if (code === 'conflict' && version && compareIds(version, told) > 0) this.now.set(key, { value, version });
      if (version === '0' && told === values.if) this.now.delete(key); // otherwise a newer value has arrived
      throw thrown;
    } finally {
      this.tellAll(key);
    }
  }

  private tellAll(key: string): void {
    for (const one of this.keysUnder(key)) this.tell(one);
  }

  private tell(key: string, from: ChatEvent['from'] | null = null): void {
    const json = JSON.stringify(this.view(key)) || '';
    if (json === (this.told.get(key) || '')) return;
    if (json) this.told.set(key, json);
    else this.told.delete(key);
    for (const hear of [...this.listeners]) hear(key, from);
  }
}
