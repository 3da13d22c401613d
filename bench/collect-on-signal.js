/** Loaded into the servers when memory is measured, so that what is measured is in use and not garbage. */
process.on('SIGUSR2', () => globalThis.gc());
