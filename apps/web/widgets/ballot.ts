import type { Chat, ChatFailure } from '../client/api.js';
import { secret } from '../client/secret.js';
import { keep, kept } from './kept.js';

/**
 * The votes on one question: a value with a number for each option, which stays when the voter leaves. This browser
 * keeps which option it has voted for, and with it the ballot's id. If the values are deleted, the next vote makes
 * another id, and everybody may vote again.
 */
export class Ballot {
  /** Why the last vote was not counted. */
  failure: ChatFailure | null = null;
  /** The vote that is being sent. `null` takes the vote back. */
  private wanted: string | null | undefined;
  private isSending = false;
  private readonly ends: (() => void)[];

  /** `prefix`: how the keys of the values begin. `changed` is called after each change. */
  constructor(
    private readonly chat: Chat,
    private readonly prefix: string,
    private readonly changed: () => void,
  ) {
    const onStorage = (): void => changed(); // another tab may have voted
    window.addEventListener('storage', onStorage);
    this.ends = [chat.values.on(`${prefix}/`, changed), () => window.removeEventListener('storage', onStorage)];
  }

  end(): void {
    for (const end of this.ends) end();
  }

  /** Returns how many have voted for `option`. */
  count(option: string): number {
    const count: unknown = this.chat.values.get(`${this.prefix}/${option}`);
    return typeof count === 'number' ? Math.max(0, count) : 0;
  }

  /** The vote of this browser, as it is shown: also before the server has it. */
  get mine(): string | null {
    return this.wanted === undefined ? this.counted[0] || null : this.wanted;
  }

  /** The vote is not counted yet. */
  get isPending(): boolean {
    return this.wanted !== undefined;
  }

  /**
   * Votes for `option` instead of the former one. `null` takes the vote back. Resolves when it is counted or refused.
   */
  async vote(option: string | null): Promise<void> {
    this.wanted = option;
    this.failure = null;
    if (!this.isSending) await this.send();
    else this.changed();
  }

  private async send(): Promise<void> {
    let sent: string | null | undefined;
    this.isSending = true;
    try {
      while (sent !== this.wanted) {
        sent = this.wanted;
        await this.cast(sent as string | null);
      }
    } catch (thrown) {
      this.failure = thrown as ChatFailure;
      console.warn(`Not counted: ${this.failure.message}`);
    }
    this.isSending = false;
    this.wanted = undefined;
    this.changed();
  }

  /** Takes back what was counted before, and counts `option`. Throws if the server takes not all of it. */
  private async cast(option: string | null): Promise<void> {
    const { chat, prefix } = this;
    this.changed();
    await chat.ready;
    const id = await this.findId();
    let counted = this.counted;
    const keepVotes = (): void => keep(this.place, { id, votes: counted });
    const write = async (its: string, by: 1 | -1): Promise<void> => {
      await chat.values.add(`${prefix}/${its}`, by);
      counted = counted.filter((one) => one !== its).concat(by > 0 ? its : []);
      keepVotes();
    };
    const writes = counted.filter((one) => one !== option).map((one) => write(one, -1));
    if (option !== null && counted.indexOf(option) < 0) writes.push(write(option, 1));
    // a page that is closed or loaded again meanwhile must not vote twice
    if (chat.state === 'online') keep(this.place, { id, votes: option === null ? [] : [option] });
    const failures = await Promise.all(
      writes.map((one) =>
        one.then(
          () => null,
          (thrown: ChatFailure) => thrown,
        ),
      ),
    );
    keepVotes();
    const [failure] = failures.filter((one) => one);
    if (failure) throw failure;
  }

  /** Resolves with the ballot's id. The first vote makes it. */
  private async findId(): Promise<unknown> {
    const { values } = this.chat;
    const key = `${this.prefix}/@id`;
    if (!values.get(key))
      await values.set(key, secret(), { if: '0' }).catch((thrown: ChatFailure) => {
        if (thrown.code !== 'conflict') throw thrown; // somebody else's was first
      });
    return values.get(key);
  }

  /** The options that the server has counted for this browser. More than one only if a change has half failed. */
  private get counted(): string[] {
    const { id, votes } = kept(this.place);
    const isOfThis = id && id === this.chat.values.get(`${this.prefix}/@id`);
    return isOfThis && Array.isArray(votes) ? votes.map(String) : [];
  }

  private get place(): string {
    return `${this.chat.server} ${this.chat.room} ${this.prefix}`;
  }
}
