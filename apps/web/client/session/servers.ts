import type { ChatEvents, Ready } from '../api.js';
import { makePauses } from '../backoff.js';
import { type Emitter, makeEmitter } from '../events/emitter.js';
import type { Values } from '../events/values.js';
import type { GetStreams } from '../stream-code.js';
import type { TransportChoice } from '../transport/choose.js';
import { REQUEST_TIMEOUT_MS } from '../transport/transport.js';
import { Connection, type Page } from './connection.js';
import { makeDeferred } from './deferred.js';
import type { Home } from './session.js';

/** A server of the list, and the room there. Each has an owner token of its own. */
export interface Place {
  server: string;
  transport: TransportChoice;
  home: Home;
}

/** A server that has not answered for this time may be replaced by another one. */
const SILENCE_MS = 30_000;
/** The pause before the former servers are asked again. It doubles each time, up to the last. */
const RETURN_MIN_MS = 15_000;
const RETURN_MAX_MS = 300_000;

/**
 * Keeps the chat on the first server of a list that answers. Each server has a connection with a session of its own.
 * The things that the page knows of the chat stay here.
 */
export class Servers implements Page {
  state: Page['state'] = 'connecting';
  opened: Ready | null = null;
  readonly emitter: Emitter<ChatEvents> = makeEmitter();
  readonly pauses = makePauses();
  readonly values = new Map<string, Values>();
  readonly entered = new Set<string>();
  name: Page['name'];
  readonly ready = makeDeferred<Ready>();
  connection!: Connection;
  private at = 0;
  /** The server before, until the room is open on this one. */
  private was = '';
  /** Since when the server has not answered. 0 if it answers. */
  private unansweredSince!: number;
  private looking = false;
  /** How often the former servers were asked. */
  private looks = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly places: Place[],
    private readonly nickname: string | undefined,
    private readonly shared: boolean,
    readonly getStreams: GetStreams,
  ) {
    this.connect();
  }

  get place(): Place {
    return this.places[this.at] as Place;
  }

  shown(ready: Ready): void {
    const { opened, was, place } = this;
    this.opened = ready;
    this.ready.resolve(ready);
    this.connection.online('the room is open');
    if (!opened) this.emitter.emit('ready', ready);
    if (was) this.emitter.emit('server', { server: place.server, was, ready });
    this.was = '';
  }

  heard(answers: boolean): void {
    this.unansweredSince = answers ? 0 : this.unansweredSince || Date.now();
    if (!answers && Date.now() - this.unansweredSince > SILENCE_MS) void this.look();
  }

  /** Goes back to a server before this one if one answers, and tries that again and again. */
  back(): void {
    clearTimeout(this.timer);
    if (!this.at || this.state === 'left') return;
    void this.look();
    const pauseMs = Math.min(RETURN_MIN_MS * 2 ** this.looks++, RETURN_MAX_MS);
    this.timer = setTimeout(() => this.back(), pauseMs * (1 + Math.random()));
  }

  /** Goes over to the first other server that answers: any if this one is silent, else one before it. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    for (let i = 0; i < (this.unansweredSince ? this.places.length : this.at); i++) {
      const { transport } = this.places[i] as Place;
      const answers = i !== this.at && (await transport.call('rooms', {}, REQUEST_TIMEOUT_MS).done.catch(() => null));
      if (this.state === 'left') break;
      if (!answers || !(i < this.at || this.unansweredSince)) continue;
      this.go(i);
      break;
    }
    this.looking = false;
  }

  private go(to: number): void {
    const { user } = this.connection.session;
    this.connection.retire();
    this.was = this.place.server;
    this.at = to;
    if (user) this.name = user.name;
    this.connect();
    this.back();
  }

  private connect(): void {
    this.unansweredSince = Date.now();
    this.connection = new Connection(this, this.place, this.nickname, this.shared);
  }
}
