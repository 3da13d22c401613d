/** Makes the base address of the board of the queues a path, as its own scripts take it: below that of a proxy where there is one. */
const base = document.querySelector('base');
if (base) base.setAttribute('href', new URL(base.href).pathname);
