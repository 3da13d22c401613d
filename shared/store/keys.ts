/**
 * The Redis keys of users, rooms and upkeep (figures have their own). All keys of a user, or of a room, share a hash tag (`{u7}`, `{r5}`), so that one
 * script may use them together on Redis Cluster too (Redis Cluster specification, "Hash tags"). Scripts derive a user's inbox and bell,
 * and the channels, from the tag they are given: who changes those here changes them there.
 */
import { crc32 } from 'node:zlib';

export class Keys {
  readonly #shards: number;

  constructor(shards: number) {
    this.#shards = shards;
  }

  userTag(shard: number): string {
    return `{u${shard}}`;
  }
  userShard(id: number): number {
    return id % this.#shards;
  }
  user(id: number): string {
    return `user:{u${id % this.#shards}}:${id}`;
  }
  inbox(id: number): string {
    return `${this.user(id)}:messages`;
  }
  bell(id: number, n: number): string {
    return `${this.user(id)}:bell:${n}`;
  }
  userRooms(id: number): string {
    return `${this.user(id)}:rooms`;
  }
  seen(shard: number): string {
    return `seen:{u${shard}}`;
  }
  attached(shard: number): string {
    return `attached:{u${shard}}`;
  }
  members(shard: number, room: string): string {
    return `members:{u${shard}}:${room}`;
  }
  position(shard: number, room: string): string {
    return `position:{u${shard}}:${room}`;
  }
  /** Entries and exits under way, by when they began. */
  moves(shard: number): string {
    return `moves:{u${shard}}`;
  }
  /** Members that have exited and are still to be given something. */
  leaving(shard: number): string {
    return `leaving:{u${shard}}`;
  }
  sequence(shard: number, instance: string): string {
    return `sequence:{u${shard}}:${instance}`;
  }

  roomShard(room: string): number {
    return crc32(room) % this.#shards;
  }
  room(room: string): string {
    return `${this.roomsAt(this.roomShard(room))}${room}`;
  }
  /** How the keys of all rooms of a shard begin. */
  roomsAt(roomShard: number): string {
    return `room:{r${roomShard}}:`;
  }
  log(room: string): string {
    return `${this.room(room)}:log`;
  }
  /** What the log is copied to while it is written anew. */
  logCopy(room: string): string {
    return `${this.room(room)}:log:copy`;
  }
  roster(room: string): string {
    return `${this.room(room)}:roster`;
  }
  /** By which of its moves each member is in the roster. */
  entries(room: string): string {
    return `${this.room(room)}:entries`;
  }
  /** There for a while after a user has exited. */
  exited(room: string, user: number): string {
    return `${this.room(room)}:exited:${user}`;
  }
  roomShards(room: string): string {
    return `${this.room(room)}:shards`;
  }
  /** Written so that there is something to WAIT for; in the slot of the key given. */
  static replicationMarker(key: string): string {
    return `kept:${/\{\w+\}/.exec(key)?.[0] ?? ''}`;
  }
  delivered(room: string): string {
    return `${this.room(room)}:delivered`;
  }
  nonce(room: string, user: number, nonce: string): string {
    return `${this.room(room)}:nonce:${user}:${nonce}`;
  }
  rules(room: string): string {
    return `${this.room(room)}:rules`;
  }
  /** What the room remembers: key -> `version json`; and user id -> that user's own values, a line `key version json` each. */
  values(room: string): string {
    return `${this.room(room)}:values`;
  }
  ownValues(room: string): string {
    return `${this.room(room)}:own-values`;
  }
  /** Rooms by the bytes of their values. */
  valueWeights(roomShard: number): string {
    return `valued:{r${roomShard}}`;
  }
  /** Ids of comings and goings that are in the log, oldest first. */
  presence(room: string): string {
    return `${this.room(room)}:presence`;
  }
  /** What waits for approval, oldest first. */
  pending(room: string): string {
    return `${this.room(room)}:held`;
  }
  /** Messages of the last seconds. */
  sends(room: string): string {
    return `${this.room(room)}:sends`;
  }
  slow(room: string, user: number): string {
    return `${this.room(room)}:slow:${user}`;
  }
  dirty(roomShard: number): string {
    return `dirty:{r${roomShard}}`;
  }
  /** Which users' events are being taken out of logs, and which logs are to be written anew. */
  forgetting(roomShard: number): string {
    return `forgetting:{r${roomShard}}`;
  }
  publicRooms(roomShard: number): string {
    return `rooms:{r${roomShard}}`;
  }

  /** Which user a `join` made, by SHA-256 of its nonce. */
  joined(nonceHash: string): string {
    return `joined:${nonceHash}`;
  }

  nick(folded: string): string {
    return `nick:${folded}`;
  }
  readonly nextUser = 'users:next';
  /** When expiry ran last, and since when it may end users. */
  readonly expiry = 'expiry';

  /** What the host has switched off, and what it did. */
  readonly switched = 'host:off';
  readonly operatorActions = 'host:acts';

  /** Pub/sub: deliveries of one user shard to one process, notices about its users to one process, signals of one room shard to all. */
  deliveryChannel(shard: number, instance: string): string {
    return `delivery:{u${shard}}:${instance}`;
  }
  noticeChannel(shard: number, instance: string): string {
    return `notice:{u${shard}}:${instance}`;
  }
  signalChannel(roomShard: number): string {
    return `signals:{r${roomShard}}`;
  }
  /** Pub/sub: something was switched off or on. Told by the node of the first room shard. */
  readonly switchChannel = 'host:switched:{r0}';

  /** Shard numbers, 0 to SHARDS - 1. */
  get allShards(): number[] {
    return Array.from({ length: this.#shards }, (_, shard) => shard);
  }
}
