/** A promise, and the functions that settle it. Nobody needs to handle its rejection. */
export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(failure: Error): void;
}

export function makeDeferred<T>(): Deferred<T> {
  const deferred = {} as Deferred<T>;
  deferred.promise = new Promise((resolve, reject) => {
    Object.assign(deferred, { resolve, reject });
  });
  deferred.promise.catch(() => undefined);
  return deferred;
}
