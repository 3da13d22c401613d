/** Checks the settings of the alerts, and on demand sends one as a test. */
import { hostname } from 'node:os';
import { commandLine } from '../project.js';
import { bad, good, note } from './findings.js';

/**
 * Resolves with the findings. `isWanted`: a test alert is to be sent.
 *
 * @param {import('./settings.js').Settings} settings
 * @param {boolean} isWanted
 */
export async function checkAlerts(settings, isWanted) {
  const { sendAlert, wantsAlerts } = await import('#dist/shared/alerts/send.js');
  if (!wantsAlerts(settings))
    return [(isWanted ? bad : note)('No alert is sent: ALERT_URL and ALERT_MAIL are not set.', 'See docs/alerts.md.')];
  if (!isWanted) return [good(`Alerts are on. To have one sent as a test: ${commandLine('doctor', '--alert')}`)];
  const subject = `Chat on ${hostname()}: test`;
  const text = `${subject}. This is a test of the doctor: alerts reach you.`;
  const results = await sendAlert(settings, { name: 'test', state: 'begun', since: Date.now(), subject, text });
  return results.map(({ to, failure }) =>
    failure === null
      ? good(`A test alert was sent to ${to}. See whether it has arrived.`)
      : bad(`A test alert could not be sent to ${to}: ${failure}.`, adviceFor(to)),
  );
}

const adviceFor = (/** @type {string} */ to) =>
  to === 'ALERT_URL' ? 'See whether the address is right and whether this machine reaches it.' : 'Check SMTP_URL.';
