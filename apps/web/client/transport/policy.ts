/** Knows whether this page's Content-Security-Policy has blocked a request to the server. */
export interface PolicyWatch {
  refused(): boolean;
  /** Stops watching. */
  end(): void;
}

export function watchPolicy(server: string): PolicyWatch {
  const address = server.split('/', 3).join('/');
  let refused = false;
  const listener = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (/^(connect|default)-src/.test(effectiveDirective) && blockedURI.startsWith(address)) refused = true;
  };
  document.addEventListener('securitypolicyviolation', listener);
  return {
    refused: () => refused,
    end: () => document.removeEventListener('securitypolicyviolation', listener),
  };
}
