/**
 * From where on something is worth an alert. deploy/prometheus/alerts.yml has the same marks (a test compares them),
 * and the doctor has that of the memory.
 */

/** Parts of Redis's memory, and of the disk of Redis, that are in use. */
export const MEMORY_RATIO = 0.8;
export const DISK_RATIO = 0.8;
/** The age of the oldest fan-out job that waits. A worker takes a job within milliseconds. */
export const QUEUE_AGE_S = 15;
/** Requests that one limit refuses per second. People who are eager are refused once or twice. */
export const FLOOD_PER_S = 20;
