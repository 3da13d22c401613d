/**
 * The Redis keys and channels of the chat; BullMQ's are in `queues.ts`. All keys of a user, or of a room, share a hash
 * tag (`{u7}`, `{r5}`), so that one script may use them together on Redis Cluster, too (Redis Cluster
 * specification, "Hash tags"). Scripts derive a user's inbox and bell, and the channels, from the tag. If you change
 * those here, change them there. Every name begins with the chat's prefix (`REDIS_PREFIX`), in scripts as `<prefix>`.
 * If a key holds times, `scripts/backup/times.js` has to know it.
 */
import { crc32 } from 'node:zlib';

class Prefixed {
  /** The beginning of all names; '' for none. It has no braces, so that the first ones are those of the hash tag. */
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }
}

export class Keys extends Prefixed {
  readonly #shards: number;

  constructor(shards: number, prefix = '') {
    super(prefix);
    this.#shards = shards;
  }

  userTag(shard: number): string {
    return `{u${shard}}`;
  }
  userShard(id: number): number {
    return id % this.#shards;
  }
  user(id: number): string {
    return `${this.prefix}user:{u${id % this.#shards}}:${id}`;
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
    return `${this.prefix}seen:{u${shard}}`;
  }
  attached(shard: number): string {
    return `${this.prefix}attached:{u${shard}}`;
  }
  members(shard: number, room: string): string {
    return `${this.prefix}members:{u${shard}}:${room}`;
  }
  position(shard: number, room: string): string {
    return `${this.prefix}position:{u${shard}}:${room}`;
  }
  /** Entries and exits that are under way, by the time when they began. */
  moves(shard: number): string {
    return `${this.prefix}moves:{u${shard}}`;
  }
  /** Marks of members that have exited and still get some events. */
  leaving(shard: number): string {
    return `${this.prefix}leaving:{u${shard}}`;
  }
  sequence(shard: number, instance: string): string {
    return `${this.prefix}sequence:{u${shard}}:${instance}`;
  }

  roomShard(room: string): number {
    return crc32(room) % this.#shards;
  }
  room(room: string): string {
    return `${this.roomsAt(this.roomShard(room))}${room}`;
  }
  /** The beginning of the keys of all rooms of a shard. */
  roomsAt(roomShard: number): string {
    return `${this.prefix}room:{r${roomShard}}:`;
  }
  log(room: string): string {
    return `${this.room(room)}:log`;
  }
  /** The copy of the log, while it is written anew. */
  logCopy(room: string): string {
    return `${this.room(room)}:log:copy`;
  }
  roster(room: string): string {
    return `${this.room(room)}:roster`;
  }
  /** By member, the number of the move by which it is in the roster. */
  entries(room: string): string {
    return `${this.room(room)}:entries`;
  }
  /** Exists for a while after a user has exited. */
  exited(room: string, user: number): string {
    return `${this.room(room)}:exited:${user}`;
  }
  /** By folded nickname, which member has it. */
  holders(room: string): string {
    return `${this.room(room)}:holders`;
  }
  /** By member, its folded nickname. */
  nicks(room: string): string {
    return `${this.room(room)}:nicks`;
  }
  /**
   * Nicknames that are kept for users that have gone, by the time when that ends. `lua/parts/nicks.lua` names it, too.
   */
  keptNicks(room: string): string {
    return `${this.room(room)}:kept-nicks`;
  }
  roomShards(room: string): string {
    return `${this.room(room)}:shards`;
  }
  /** A key in the slot of another one. It is written so that there is something to WAIT for. */
  replicationMarker(key: string): string {
    return `${this.prefix}kept:${/\{\w+\}/.exec(key)?.[0] ?? ''}`;
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
  /** The room's shared values: key -> `version json`. */
  values(room: string): string {
    return `${this.room(room)}:values`;
  }
  /** The own values of its members: user id -> a line `key version json` for each. */
  ownValues(room: string): string {
    return `${this.room(room)}:own-values`;
  }
  /** Rooms by the bytes of their values. */
  valueWeights(roomShard: number): string {
    return `${this.prefix}valued:{r${roomShard}}`;
  }
  /** Ids of the presence events (who came and went) in the log, oldest first. */
  presence(room: string): string {
    return `${this.room(room)}:presence`;
  }
  /** Messages that wait for approval, oldest first. */
  pending(room: string): string {
    return `${this.room(room)}:held`;
  }
  /** Messages that others see later, oldest first. */
  delayed(room: string): string {
    return `${this.room(room)}:delayed`;
  }
  /** Rooms with such messages, by when the first one is due. */
  delayedRooms(roomShard: number): string {
    return `${this.prefix}delayed:{r${roomShard}}`;
  }
  /** The ids of the messages that were edited, by their time. `lua/parts/overlay.lua` names these three, too. */
  overlaid(room: string): string {
    return `${this.room(room)}:overlaid`;
  }
  /** Their texts. */
  edits(room: string): string {
    return `${this.room(room)}:edits`;
  }
  /** Rooms with such messages. */
  overlaidRooms(roomShard: number): string {
    return `${this.prefix}overlaid:{r${roomShard}}`;
  }
  /** Reactions to messages, by log id. `lua/parts/reactions.lua` names this key and the next one, too. */
  reactions(room: string): string {
    return `${this.room(room)}:reactions`;
  }
  /** Messages with reactions that the room is to be told of, as `room id`, by the time when. */
  reacted(roomShard: number): string {
    return `${this.prefix}reacted:{r${roomShard}}`;
  }
  /** The rate of the room's messages. */
  sends(room: string): string {
    return `${this.room(room)}:sends`;
  }
  /** `user`: an id, or the hash of the address of a sender that is no user. */
  slow(room: string, user: number | string): string {
    return `${this.room(room)}:slow:${user}`;
  }
  /** The rate of a sender that is no user: of the hash of its address, or of a webhook's id. */
  rate(room: string, sender: string): string {
    return `${this.room(room)}:rate:${sender}`;
  }
  /** Senders that were not in the room, as `id address name`, by when they last posted. */
  posters(room: string): string {
    return `${this.room(room)}:posters`;
  }
  dirty(roomShard: number): string {
    return `${this.prefix}dirty:{r${roomShard}}`;
  }
  /** Unfinished work: users whose events are being removed from logs, and logs to be written anew. */
  forgetting(roomShard: number): string {
    return `${this.prefix}forgetting:{r${roomShard}}`;
  }
  /**
   * Outgoing hooks of rooms, as `room id`, by when each is looked at next. `lua/parts/wake-hooks.lua` names it, too.
   */
  hooksOut(roomShard: number): string {
    return `${this.prefix}hooks:{r${roomShard}}`;
  }
  publicRooms(roomShard: number): string {
    return `${this.prefix}rooms:{r${roomShard}}`;
  }

  /** The user that a `join` has made, by SHA-256 of its nonce. */
  joined(nonceHash: string): string {
    return `${this.prefix}joined:${nonceHash}`;
  }

  /** Of the former version, in which a nickname was unique on the whole server. */
  formerNick(folded: string): string {
    return `${this.prefix}nick:${folded}`;
  }
  readonly nextUser = `${this.prefix}users:next`;
  /** When expiry ran last, and since when it may end users. */
  readonly expiry = `${this.prefix}expiry`;

  /** The rooms that stay when they are empty, by the end of the stay. Its companions are in the same slot. */
  readonly stays = `${this.prefix}stays:{stays}`;
  /** By room, the network of the owner's address, hashed; and by network, how many rooms. */
  readonly stayNetworks = `${this.prefix}stays:{stays}:networks`;
  readonly stayCounts = `${this.prefix}stays:{stays}:counts`;
  /** The key of these hashes. It exists only while a room stays. */
  readonly staySecret = `${this.prefix}stays:{stays}:secret`;

  /** The operator's switches, and the log of the operator's actions. */
  readonly switched = `${this.prefix}host:off`;
  readonly operatorActions = `${this.prefix}host:acts`;
  /** The announcement of the host to all rooms. */
  readonly announcement = `${this.prefix}host:announcement`;
  /** How the alerts of the whole chat stand, and which process watches. */
  readonly alerts = `${this.prefix}host:alerts`;
  readonly alertsBy = `${this.prefix}host:alerts:by`;

  /** Whether a process tells the host of an alert, or has told it. */
  alertTold(what: string): string {
    return `${this.prefix}host:alerts:told:${what}`;
  }

  /** The metrics of all processes. */
  readonly metrics = `${this.prefix}metrics`;
  /** The samples of the last minutes, and the process that takes them. */
  readonly samples = `${this.prefix}samples`;
  readonly sampler = `${this.prefix}samples:by`;
  /** The busiest addresses, origins and rooms of one process. All are in one slot, as they are read together. */
  busiest(instance: string): string {
    return `${this.prefix}busiest:{all}:${instance}`;
  }
  /** The usage of pages on a day (`2026-11-29`). All days are in one slot, as they are read together. */
  usage(day: string, kind: string): string {
    return `${this.prefix}usage:{all}:${day}:${kind}`;
  }
  /** The salt by which addresses are hashed on one day. */
  salt(day: string): string {
    return `${this.prefix}salt:${day}`;
  }
  /** The beginning of the keys of a limit that all processes count together. */
  limit(name: string): string {
    return `${this.prefix}limit:${name}`;
  }
  /** Exists for a moment after somebody has come first to a room. */
  makingRoom(room: string): string {
    return this.limit(`making:room:{r${this.roomShard(room)}}:${room}`);
  }
  /** The format of the data in this Redis, and their number of shards. */
  readonly format = `${this.prefix}data-format`;
  readonly shardCount = `${this.prefix}shards`;

  /** Pub/sub: deliveries of one user shard to one instance. */
  deliveryChannel(shard: number, instance: string): string {
    return `${this.prefix}delivery:{u${shard}}:${instance}`;
  }
  /** Pub/sub: notices about users of one shard to one instance. */
  noticeChannel(shard: number, instance: string): string {
    return `${this.prefix}notice:{u${shard}}:${instance}`;
  }
  /** Pub/sub: signals of one room shard to all instances. */
  signalChannel(roomShard: number): string {
    return `${this.prefix}signals:{r${roomShard}}`;
  }
  /** Exists while the worker that has the lease of a slice is alive. */
  lease(slice: number): string {
    return `${this.prefix}lease:${slice}`;
  }
  /** Pub/sub: rooms of a slice with new events, to the worker that has its lease. */
  wakeChannel(slice: number): string {
    return `${this.prefix}wake:${slice}`;
  }
  /** Pub/sub: the operator has switched something, or said something. The node of the first room shard publishes it. */
  readonly switchChannel = `${this.prefix}host:switched:{r0}`;

  /** Shard numbers, 0 to SHARDS - 1. */
  get allShards(): number[] {
    return Array.from({ length: this.#shards }, (_, shard) => shard);
  }
}
