import { type ChatEvent, compareIds, type RoomValue, type RoomValues } from '../../../../shared/protocol/events.js';
import type { Answers } from '../answers.js';
import type { ChatValues, SetOptions, ValueChange } from '../api.js';
import { asJson, type Failure } from '../errors.js';
import type { Values as Fields } from '../transport/transport.js';
import { callSafely } from './emitter.js';
import { type Heard, START } from './order.js';

/** A write of this page that its room has not told of yet. */
interface Pending {
  key: string;
  /** The value after it, from that before. */
  apply: (before: unknown) => unknown;
  /** '' until the server has answered. */
  version: string;
  values: Fields;
  done: Promise<Answers['add']>;
}

/** Whether a key stands for all keys that begin with it. */
const isMany = (key: string): boolean => !key || key.slice(-1) === '/';
const covers = (key: string, one: string): boolean => one === key || (isMany(key) && one.slice(0, key.length) === key);

/** A `set` whatever is there. */
const isPlain = (values: Fields): boolean => 'value' in values && !values.if;

/** What the values of a room need of the chat around them. */
export interface ValuesHost {
  readonly ready: Promise<unknown>;
  /** 0 until the room is open. */
  userId(): number;
  write(operation: 'set' | 'add', values: Fields): Promise<unknown>;
  read(values: Fields): Promise<Answers['get']>;
}

type Listener = (value: unknown, change: ValueChange) => void;

/**
 * What a room remembers, as this page knows it: a snapshot, the `value` events after it, and over both what the page has
 * written and not been told of yet. The version of a value is the id of its event, so what is not newer is known already.
 */
export class Values implements ChatValues {
  /** Every event up to this id is in `now`. */
  private through = START;
  private now = new Map<string, RoomValue>();
  /** Keys of which only another tab has told, as any page of this origin could: they give way to any word of the server. */
  private doubted = new Set<string>();
  private pending: Pending[] = [];
  private reading: Promise<void> = Promise.resolve();
  /** A reading waits for its turn: it is enough for all who ask meanwhile. */
  private waits = false;
  /** What has come while the values are being read. */
  private since: Heard[] | null = null;
  /** JSON of what listeners have been told, by key. */
  private readonly told = new Map<string, string>();
  private readonly listeners = new Set<(key: string, from: ChatEvent['from'] | null) => void>();

  constructor(
    private readonly room: string,
    private readonly host: ValuesHost,
  ) {}

  get(key: string): unknown {
    return this.view(this.stored(key));
  }

  version(name: string): string {
    const key = this.stored(name);
    const told = this.toldVersion(key);
    const [own] = this.pending
      .filter((one) => covers(one.key, key) && compareIds(one.version || START, told) > 0)
      .slice(-1);
    return !own ? told : own.values.value === null ? '0' : own.version;
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
    // to what is no number the server adds nothing
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
    void this.host.ready.then(
      () => {
        const start = this.stored(wanted);
        const found = this.keysUnder(start);
        if (ended) return;
        this.listeners.add(hear);
        (found.length > 0 ? found : [start]).forEach((key) => hear(key, null));
      },
      () => undefined,
    );
    return () => {
      ended = true;
      this.listeners.delete(hear);
    };
  }

  /** Takes the room's values as the server shows them. */
  open(shown: RoomValues): void {
    const former = this.keys();
    this.now = new Map(
      Object.keys(shown.values).map((key): [string, RoomValue] => [key, shown.values[key] as RoomValue]),
    );
    this.doubted = new Set();
    this.reach(shown.version);
    former.concat(this.keys()).forEach((key) => this.tell(key));
    if (shown.more) this.renew();
  }

  /** Takes an event of the room; `certain`: the server itself has told it. */
  take(event: ChatEvent, certain = true): void {
    const { id, type, key = '', value = null, from } = event;
    if (this.since) this.since.push([event, certain]);
    if (type === 'cleared') this.renew(); // values that were on their way went with the log
    if ((type !== 'value' && type !== 'left') || compareIds(id, this.through) <= 0) return;
    const changed = this.keysUnder(type === 'left' ? `@${from.id}/` : key);
    if (certain) this.reach(id);
    changed.forEach((one) => {
      const doubtful = this.doubted.has(one) && certain;
      if (compareIds(id, doubtful ? START : this.toldVersion(one)) <= 0) return;
      if (certain) this.doubted.delete(one);
      else this.doubted.add(one);
      if (value === null) this.now.delete(one);
      else this.now.set(one, { value, version: id });
      this.tell(one, from);
    });
  }

  /** Reads again what events could not tell. */
  renew(): void {
    if (this.waits) return;
    this.waits = true;
    this.reading = this.reading.then(() => this.read());
  }

  private async read(): Promise<void> {
    this.waits = false;
    const since: Heard[] = (this.since = []);
    const whole: RoomValues = { values: {}, version: '' };
    let page: RoomValues | undefined;
    try {
      do {
        page = await this.host.read({ room: this.room, after: page && page.more });
        Object.assign(whole.values, page.values);
        whole.version = whole.version || page.version; // that of a later page would hide what changed meanwhile
      } while (page.more);
      this.open(whole);
    } catch (_) {
      // the user is in the room no more
    }
    this.since = null;
    since.forEach((heard) => this.take(...heard)); // what came meanwhile may be newer than what was read
  }

  /** The version that the room has told of. */
  private toldVersion(key: string): string {
    const found = this.now.get(key);
    return found ? found.version : '0';
  }

  private keys(): string[] {
    return [...new Set([...this.now.keys()].concat(this.pending.map(({ key }) => key)))];
  }

  /** The keys that one stands for. */
  private keysUnder(key: string): string[] {
    return isMany(key) ? this.keys().filter((one) => covers(key, one)) : [key];
  }

  /** Own keys begin with `@me/` for the page, and with the user's id for everybody. */
  private stored(key: string): string {
    return `${key}`.replace(/^@me\//, `@${this.host.userId()}/`);
  }

  private view(key: string): unknown {
    const found = this.now.get(key);
    let value = found && found.value;
    this.pending.forEach(({ key: its, version, apply }) => {
      if (covers(its, key) && (!version || compareIds(version, this.toldVersion(key)) > 0)) value = apply(value);
    });
    return value;
  }

  /** All up to `id` is known: also what this page has written and was accepted by then. */
  private reach(id: string): void {
    this.through = id;
    this.pending = this.pending.filter(({ version }) => !version || compareIds(version, id) > 0);
  }

  /** Shows a write at once, and takes it back when it fails. */
  private async write(operation: 'set' | 'add', values: Fields, apply: Pending['apply']): Promise<Answers['add']> {
    await this.host.ready;
    const key = this.stored(values.key as string);
    const [before] = this.pending.filter((one) => covers(one.key, key) || covers(key, one.key)).slice(-1);
    const waits = before && before.key === key && isPlain(before.values) && !before.values.id;
    if (waits && isPlain(values)) {
      // the newest is enough
      Object.assign(before.values, values);
      before.apply = apply;
      this.tellAll(key);
      return before.done;
    }
    const done = this.host.write(operation, Object.assign(values, { room: this.room })) as Promise<Answers['add']>;
    const pending: Pending = { key, apply, version: '', values, done };
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
      if (version === '0' && told === values.if) this.now.delete(key); // else something newer has come meanwhile
      throw thrown;
    } finally {
      this.tellAll(key);
    }
  }

  private tellAll(key: string): void {
    this.keysUnder(key).forEach((one) => this.tell(one));
  }

  private tell(key: string, from: ChatEvent['from'] | null = null): void {
    const json = JSON.stringify(this.view(key)) || '';
    if (json === (this.told.get(key) || '')) return;
    if (json) this.told.set(key, json);
    else this.told.delete(key);
    [...this.listeners].forEach((hear) => hear(key, from));
  }
}
