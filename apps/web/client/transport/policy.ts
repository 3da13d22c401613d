/** Whether this page's Content-Security-Policy has refused a connection to the server. */
export interface PolicyWatch {
  refused(): boolean;
  end(): void;
}

export function watchPolicy(server: string): PolicyWatch {
  const origin = server.split('/', 3).join('/');
  let refused = false;
  const listener = (event: SecurityPolicyViolationEvent): void => {
    if (/^(connect|default)-src/.test(event.effectiveDirective) && event.blockedURI.startsWith(origin)) refused = true;
  };
  document.addEventListener('securitypolicyviolation', listener);
  return {
    refused: () => refused,
    end: () => document.removeEventListener('securitypolicyviolation', listener),
  };
}
