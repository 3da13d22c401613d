/**
 * Makes the base address of the queue board a path, as the board's scripts expect it. A proxy may serve it below a
 * path.
 */
const base = document.querySelector('base');
if (base) base.setAttribute('href', new URL(base.href).pathname);
