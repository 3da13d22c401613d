/** ms to wait for a page that is reloading to let go. */
const PASSING_ON = 1_000;

/** A lock that shows other tabs that something is in use here. */
export class Guard {
  private name = '';
  private letGo: () => void = () => undefined;

  /** Takes the lock of that name instead of the former one. False: another page has it and does not let it go. */
  take(name: string): Promise<boolean> {
    if (name === this.name) return Promise.resolve(true);
    this.release();
    this.name = name;
    const patience = new AbortController();
    const { signal } = patience;
    setTimeout(() => patience.abort(), PASSING_ON);
    return new Promise((resolve) => {
      navigator.locks
        .request(
          name,
          { signal },
          () =>
            new Promise<void>((letGo) => {
              resolve(true);
              if (name === this.name) this.letGo = letGo;
              else letGo();
            }),
        )
        .catch(() => {
          if (name === this.name) this.name = '';
          resolve(!signal.aborted); // else this browser forbids locks here
        });
    });
  }

  release(): void {
    this.name = '';
    this.letGo();
  }
}
