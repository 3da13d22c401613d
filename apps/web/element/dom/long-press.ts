const HOLD_MS = 500;
/** A finger that moves further than this scrolls. */
const STILL_PX = 10;

/** Calls `act` when a finger has rested on the element. The click that ends this touch does nothing. */
export function onLongPress(element: HTMLElement, act: (event: PointerEvent) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let begin: PointerEvent | null = null;
  const stop = (): void => {
    clearTimeout(timer);
    begin = null;
  };
  element.addEventListener('pointerdown', (event) => {
    stop();
    if (event.pointerType === 'mouse') return;
    begin = event;
    timer = setTimeout(() => {
      const once = { capture: true, once: true };
      addEventListener('click', swallow, once);
      addEventListener('pointerdown', () => removeEventListener('click', swallow, true), once);
      act(event);
    }, HOLD_MS);
  });
  element.addEventListener('pointermove', (event) => {
    if (begin && Math.hypot(event.clientX - begin.clientX, event.clientY - begin.clientY) > STILL_PX) stop();
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) element.addEventListener(end, stop);
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
