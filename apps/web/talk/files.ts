import type { Skeleton } from '../element/skeleton.js';

/**
 * Files that are pasted or dropped cannot be sent. `tell` says that, instead of nothing, or of the file in the place of
 * the page. Text that comes together with a file is pasted as always.
 */
export function refuseFiles({ composer, body }: Skeleton, tell: () => void): void {
  const refuse = (event: Event, data: DataTransfer | null): void => {
    const types: readonly string[] = data ? data.types : [];
    if (!types.includes('Files') || types.includes('text/plain')) return;
    event.preventDefault();
    if (event.type !== 'dragover') tell();
  };
  composer.input.addEventListener('paste', (event) => refuse(event, event.clipboardData));
  for (const type of ['dragover', 'drop'] as const)
    body.addEventListener(type, (event) => refuse(event, event.dataTransfer));
}
